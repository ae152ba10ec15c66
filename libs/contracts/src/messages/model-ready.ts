import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsDefined,
  IsIn,
  IsInt,
  IsNotEmpty,
  IsOptional,
  IsString,
  Matches,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';
import { defineContract } from '../contract';
import { Reference } from './reference';
import { FeatureReferences } from './feature-references';

/** What made the trainer decide: the ordinary cascade, or a drift alarm after it. */
export const TRIGGERS = ['features-computed', 'drift-detected'] as const;
export type Trigger = (typeof TRIGGERS)[number];

/** kept: the champion serves on. promoted: a challenger took its place. rejected: a challenger was trained and lost. baseline: no model is fit to serve. */
const DECISIONS = ['kept', 'promoted', 'rejected', 'baseline'] as const;
export type Decision = (typeof DECISIONS)[number];

/** Why the trainer decided so: a stable code and a sentence with the numbers. */
export class DecisionReason {
  @IsString()
  @Matches(/^[a-z][a-z-]*$/, { message: 'code must be kebab-case' })
  code!: string;

  @IsString()
  @IsNotEmpty()
  @MaxLength(500)
  detail!: string;
}

/** A version in the model registry. */
export class ModelVersion {
  /** Registered model, one a symbol. */
  @IsString()
  @IsNotEmpty()
  @MaxLength(100)
  name!: string;

  @IsInt()
  @Min(1)
  version!: number;

  /** The version's model file. */
  @IsDefined()
  @ValidateNested()
  @Type(() => Reference)
  artifact!: Reference;
}

/** The model that serves this symbol at this session is decided. */
export class ModelReady extends FeatureReferences {
  @IsIn(TRIGGERS)
  trigger!: Trigger;

  @IsIn(DECISIONS)
  decision!: Decision;

  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(20)
  @ValidateNested({ each: true })
  @Type(() => DecisionReason)
  reasons!: DecisionReason[];

  /** The decision's full record: inputs, scores, reasons. */
  @IsDefined()
  @ValidateNested()
  @Type(() => Reference)
  record!: Reference;

  /** The version to serve; absent where the rolling quantile serves because nothing could be fitted. A decision `baseline` serves a version that is one. */
  @IsOptional()
  @ValidateNested()
  @Type(() => ModelVersion)
  model?: ModelVersion;
}

export const modelReady = defineContract({
  name: 'model-ready',
  version: 1,
  payload: ModelReady,
  subject: (message) => message.symbol,
  description: 'Whether a model was kept, promoted, rejected or replaced by the baseline, and why.',
});
