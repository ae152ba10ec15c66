import { Type } from 'class-transformer';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsNumber, IsString, Matches, ValidateNested } from 'class-validator';
import { defineContract } from '../contract';
import { FeatureReferences } from './feature-references';

/** One column whose current window left its reference window. */
export class ColumnDrift {
  @IsString()
  @Matches(/^[a-z][a-z0-9_]*$/, { message: 'column must be a feature name' })
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
}

/** The data of a symbol moved away from what its model was trained on. */
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
  description: 'The data moved away from its reference: a reason to retrain.',
});
