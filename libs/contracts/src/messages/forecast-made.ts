import { Type } from 'class-transformer';
import {
  IsDefined,
  IsIn,
  IsNotEmpty,
  IsOptional,
  IsString,
  MaxLength,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import { defineContract } from '../contract';
import { ModelVersion, TRIGGERS, type Trigger } from './model-ready';
import { Reference } from './reference';
import { FeatureReferences } from './feature-references';

const OUTCOMES = ['forecast', 'abstained'] as const;
type Outcome = (typeof OUTCOMES)[number];

/** Why a forecaster says nothing. */
export const ABSTENTION_CODES = [
  'too-short',
  'incomplete-features',
  'no-volatility',
  'stale-bars',
  'out-of-domain',
] as const;
export type AbstentionCode = (typeof ABSTENTION_CODES)[number];

/** The next ten sessions of a symbol are forecast as of a session, or the forecaster abstained. */
export class ForecastMade extends FeatureReferences {
  @IsIn(TRIGGERS)
  trigger!: Trigger;

  @IsIn(OUTCOMES)
  outcome!: Outcome;

  /** Why there is no forecast; present when the outcome is `abstained`. */
  @ValidateIf((message: ForecastMade) => message.outcome === 'abstained' || message.abstention !== undefined)
  @IsString()
  @IsNotEmpty()
  @MaxLength(500)
  abstention?: string;

  /** The reason as a code; present when the outcome is `abstained`, but for messages of release 0.1. */
  @IsOptional()
  @IsIn(ABSTENTION_CODES)
  abstentionCode?: AbstentionCode;

  /** The forecast's file: point and quantiles by horizon; present when the outcome is `forecast`. */
  @ValidateIf((message: ForecastMade) => message.outcome === 'forecast' || message.forecast !== undefined)
  @IsDefined()
  @ValidateNested()
  @Type(() => Reference)
  forecast?: Reference;

  /** The version that made it; absent for the rolling quantile, which needs none. */
  @IsOptional()
  @ValidateNested()
  @Type(() => ModelVersion)
  model?: ModelVersion;
}

export const forecastMade = defineContract({
  name: 'forecast-made',
  version: 1,
  payload: ForecastMade,
  subject: (message) => message.symbol,
  description: 'Ten sessions ahead are forecast with intervals, or the forecaster abstained and says why.',
});
