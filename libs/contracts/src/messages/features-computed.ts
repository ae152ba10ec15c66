import { Type } from 'class-transformer';
import { IsDefined, IsInt, Min, ValidateNested } from 'class-validator';
import { defineContract } from '../contract';
import { IsSha256 } from '../rules';
import { Reference } from './reference';
import { SymbolSession } from './symbol-session';

/** The feature set of a symbol as of the session's close is stored. */
export class FeaturesComputed extends SymbolSession {
  @IsDefined()
  @ValidateNested()
  @Type(() => Reference)
  bars!: Reference;

  @IsDefined()
  @ValidateNested()
  @Type(() => Reference)
  features!: Reference;

  /** Hash of the feature set's definition: a change of it is a reason to retrain. */
  @IsSha256()
  featureSetHash!: string;

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
