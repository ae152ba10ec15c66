import { SERVICES } from '@closing-bell/contracts';

export const IMAGES = [...SERVICES, 'tools'] as const;
export type ImageName = (typeof IMAGES)[number];

/** What is assembled: the images, and the tool that a stage of their build runs by itself. */
export type ContentName = ImageName | 'tensorflow-tool';

/** Files of a package that are found by a name made while it runs, which no reading of its code can tell. */
export interface LateFiles {
  readonly package: string;
  /** Names within the package's folder, with / between them. */
  readonly files: RegExp;
}

/** What an image, or a stage of its build, holds beside Node. */
export interface Content {
  /** Files of dist that processes start with. All that these need comes along. */
  readonly entries: readonly string[];
  /** Packages that are loaded by a name made while it runs, with all that these need. */
  readonly latePackages: readonly string[];
  readonly late: readonly LateFiles[];
  /** Files of the project that are read where they lie in the sources. */
  readonly sources?: readonly string[];
  /** Whether TensorFlow's library is in it. */
  readonly tensorflow: boolean;
}

const FIT_WORKER = 'libs/forecasting/src/lstm/fit/fit-worker.js';

const SAMPLE: LateFiles = { package: 'vega-datasets', files: /^data\/sp500-2000\.csv$/ };

/** The page at /api/docs. */
const API_PAGE: LateFiles = {
  package: 'swagger-ui-dist',
  files:
    /^(swagger-ui\.css|swagger-ui-bundle\.js|swagger-ui-standalone-preset\.js|favicon-\d+x\d+\.png|index\.(css|html))$/,
};

/** The journal of the embedded Pub/Sub server. One build serves every Node, by its stable interface. */
const JOURNAL: LateFiles = {
  package: `@lmdb/lmdb-${process.platform}-${process.arch}`,
  files: /^(package\.json|index\.js|node\.napi\.glibc\.node)$/,
};

/** Nest looks for what serves HTTP. */
const HTTP = ['@nestjs/platform-express'];

const mainOf = (app: string): string => `apps/${app}/src/main.js`;

const CONTENTS: Readonly<Record<ContentName, Content>> = {
  ingestor: { entries: [mainOf('ingestor')], latePackages: HTTP, late: [SAMPLE], tensorflow: false },
  'feature-service': { entries: [mainOf('feature-service')], latePackages: HTTP, late: [], tensorflow: false },
  trainer: { entries: [mainOf('trainer'), FIT_WORKER], latePackages: HTTP, late: [], tensorflow: true },
  predictor: { entries: [mainOf('predictor')], latePackages: HTTP, late: [], tensorflow: false },
  monitor: { entries: [mainOf('monitor')], latePackages: HTTP, late: [API_PAGE], tensorflow: false },
  // With the services, so that `closing-bell demo` runs in it.
  tools: {
    entries: [mainOf('cli'), FIT_WORKER, 'libs/local-pubsub/src/main.js', ...SERVICES.map(mainOf)],
    latePackages: HTTP,
    late: [SAMPLE, API_PAGE, JOURNAL],
    tensorflow: false,
  },
  'tensorflow-tool': {
    entries: ['tools/tensorflow/main.js'],
    latePackages: [],
    late: [],
    sources: ['tools/tensorflow/lock/package.json', 'tools/tensorflow/lock/package-lock.json'],
    tensorflow: false,
  },
};

/** Everything that can be assembled. */
export const CONTENT_NAMES = Object.keys(CONTENTS) as readonly ContentName[];

/** What an image, or a stage of its build, holds beside Node. */
export function contentOf(name: ContentName): Content {
  return CONTENTS[name];
}
