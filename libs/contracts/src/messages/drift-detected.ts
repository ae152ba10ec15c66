import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsIn,
  IsNumber,
  IsOptional,
  IsString,
  Matches,
  ValidateNested,
} from 'class-validator';
import { defineContract } from '../contract';
import { FeatureReferences } from './feature-references';

/** calibrated: the data left their reference window. performance: the served forecasts have gone bad. */
const ALARM_RULES = ['calibrated', 'performance'] as const;

/** One column whose current window left its reference window, or what of the matured forecasts has gone bad. */
export class ColumnDrift {
  @IsString()
  @Matches(/^[a-z][a-z0-9_]*$/, { message: 'column must be a name in snake_case' })
  column!: string;

  /** The test, such as `ks-distance`. */
  @IsString()
  @Matches(/^[a-z][a-z0-9-]*$/, { message: 'test must be kebab-case' })
  test!: string;

  @IsNumber({ allowNaN: false, allowInfinity: false })
  score!: number;

  /** The score above which the test alarms. */
  @IsNumber({ allowNaN: false, allowInfinity: false })
  threshold!: number;

  /** The rule that alarms; calibrated where a message of release 0.1 says none. */
  @IsOptional()
  @IsIn(ALARM_RULES)
  rule?: (typeof ALARM_RULES)[number];
}

/** The data of a symbol moved away from what its model was trained on, or its forecasts have gone bad. */
export class DriftDetected extends FeatureReferences {
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(100)
  @ValidateNested({ each: true })
  @Type(() => ColumnDrift)
  columns!: ColumnDrift[];
}

export const driftDetected = defineContract({
  name: 'drift-detected',
  version: 1,
  payload: DriftDetected,
  subject: (message) => message.symbol,
  description: 'The data moved away from its reference, or the served forecasts have gone bad: a reason to retrain.',
});
