import { IsInt, Min } from 'class-validator';
import { defineContract } from '../contract';
import { FeatureReferences } from './feature-references';

/** The feature set of a symbol as of the session's close is stored. */
export class FeaturesComputed extends FeatureReferences {
  @IsInt()
  @Min(1)
  rows!: number;
}

export const featuresComputed = defineContract({
  name: 'features-computed',
  version: 1,
  payload: FeaturesComputed,
  subject: (message) => message.symbol,
  description: 'Technical indicators as of the session are stored.',
});
