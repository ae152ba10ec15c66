import { Type } from 'class-transformer';
import { IsDefined, ValidateNested } from 'class-validator';
import { IsSha256 } from '../rules';
import { Reference } from './reference';
import { SymbolSession } from './symbol-session';

/** What every message from the features on refers to. */
export abstract class FeatureReferences extends SymbolSession {
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
}
