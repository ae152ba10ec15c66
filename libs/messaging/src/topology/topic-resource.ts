import { type Difference, type Resource } from '@closing-bell/provisioning';
import { type PubSubProject } from './pubsub-project';

/** A topic, of which nothing but its existence is set. */
export class TopicResource implements Resource {
  readonly kind = 'topic';

  constructor(
    private readonly project: PubSubProject,
    readonly name: string,
  ) {}

  async difference(): Promise<Difference> {
    const found = await this.project.read((options) => this.project.pubsub.topic(this.name).getMetadata(options));
    return found === undefined ? { action: 'create', details: [] } : { action: 'keep' };
  }

  /** Creates it unless it is there. */
  async apply(): Promise<void> {
    await this.project.create((options) => this.project.pubsub.createTopic(this.name, options));
  }
}
