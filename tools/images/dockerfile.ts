import { Copy, type Dockerfile, DockerfileParser, Env, From, type Instruction, JSONInstruction } from 'dockerfile-ast';

/** How a container of an image is started where nothing else is said. */
export interface ImageConfig {
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** As USER says it: `10001:10001`; undefined for root. */
  readonly user: string | undefined;
  readonly workingDirectory: string;
  /** The command that tells whether a container is well. */
  readonly healthcheck: readonly string[] | undefined;
}

/** A COPY of a Dockerfile. */
export interface Copied {
  /** Stage that it copies into. */
  readonly stage: string;
  /** Stage that it copies from; undefined for the folder that is built. */
  readonly from: string | undefined;
  readonly sources: readonly string[];
  readonly target: string;
}

interface Stage {
  readonly name: string;
  readonly base: string;
  readonly instructions: readonly Instruction[];
}

/** A Dockerfile, as far as it says what images are like. Variables of the build are taken to be empty, unless `given`. */
export class ImageDescriptions {
  private readonly stages: readonly Stage[];

  /** @throws Error where a stage has no name, or an instruction is not in the form that this reads */
  constructor(
    text: string,
    private readonly given: Readonly<Record<string, string>> = {},
  ) {
    this.stages = stagesOf(DockerfileParser.parse(text));
  }

  /** Names of all stages, in their order. */
  get names(): readonly string[] {
    return this.stages.map(({ name }) => name);
  }

  /** @throws Error where there is no such stage */
  configOf(name: string): ImageConfig {
    const environment: Record<string, string> = {};
    let entrypoint: readonly string[] = [];
    let command: readonly string[] = [];
    let healthcheck: readonly string[] | undefined;
    let user: string | undefined;
    let workingDirectory = '/';
    for (const instruction of this.ancestryOf(name).flatMap(({ instructions }) => instructions)) {
      const keyword = instruction.getKeyword();
      if (instruction instanceof Env) {
        for (const property of instruction.getProperties()) {
          environment[property.getName()] = this.expand(property.getValue() ?? '');
        }
      } else if (keyword === 'ENTRYPOINT') entrypoint = wordsOf(instruction);
      else if (keyword === 'CMD') command = wordsOf(instruction);
      else if (keyword === 'USER') user = argumentsOf(instruction);
      else if (keyword === 'WORKDIR') workingDirectory = argumentsOf(instruction);
      else if (keyword === 'HEALTHCHECK') healthcheck = healthcheckOf(instruction);
    }
    return { entrypoint, command, environment, user, workingDirectory, healthcheck };
  }

  /** What a stage says of what it is, such as licences. */
  labelNamesOf(name: string): string[] {
    const labels = this.ancestryOf(name).flatMap(({ instructions }) =>
      instructions.filter((one) => one.getKeyword() === 'LABEL'),
    );
    return labels.flatMap((label) =>
      [...argumentsOf(label).matchAll(/([\w.]+)=/g)].flatMap(([, labelName]) => labelName ?? []),
    );
  }

  /** Every COPY, in its order. */
  copies(): Copied[] {
    return this.stages.flatMap(({ name, instructions }) =>
      instructions
        .filter((instruction) => instruction instanceof Copy)
        .map((copy) => {
          const words = copy.getArguments().map((argument) => argument.getValue());
          return {
            stage: name,
            from: copy.getFromFlag()?.getValue() ?? undefined,
            sources: words.slice(0, -1),
            target: words.at(-1) ?? '',
          };
        }),
    );
  }

  /** The stage and those that it is made from, the first one first. */
  private ancestryOf(name: string): Stage[] {
    const stage = this.stages.find((one) => one.name === name);
    if (stage === undefined) throw new Error(`The Dockerfile has no stage ${name}. It has ${this.names.join(', ')}.`);
    return this.names.includes(stage.base) ? [...this.ancestryOf(stage.base), stage] : [stage];
  }

  private expand(value: string): string {
    return value.replace(/\$\{(\w+)\}/g, (_, name: string) => this.given[name] ?? '');
  }
}

function stagesOf(dockerfile: Dockerfile): Stage[] {
  const stages: { name: string; base: string; instructions: Instruction[] }[] = [];
  for (const instruction of dockerfile.getInstructions()) {
    if (instruction instanceof From) {
      const name = instruction.getBuildStage();
      const base = instruction.getImage();
      if (name === null || base === null)
        throw new Error(`Name the stage: FROM … AS name, not ${instruction.getTextContent()}`);
      stages.push({ name, base, instructions: [] });
    } else stages.at(-1)?.instructions.push(instruction);
  }
  return stages;
}

function argumentsOf(instruction: Instruction): string {
  return instruction.getArgumentsContent() ?? '';
}

function wordsOf(instruction: Instruction): string[] {
  const words = instruction instanceof JSONInstruction ? instruction.getJSONStrings() : [];
  if (words.length === 0)
    throw new Error(`Write it as a list, for no image needs a shell: ${instruction.getTextContent()}`);
  return words.map((word) => word.getJSONValue());
}

function healthcheckOf(instruction: Instruction): string[] {
  const [, list] = /\bCMD\s+(\[.*\])\s*$/s.exec(instruction.getTextContent()) ?? [];
  if (list === undefined) throw new Error(`Write it as CMD and a list: ${instruction.getTextContent()}`);
  return JSON.parse(list) as string[];
}
