import { IsString, Matches, MaxLength } from 'class-validator';
import { IsSha256 } from '../rules';

/** Where an immutable object lies and what its bytes must hash to. */
export class Reference {
  /** Absolute, such as `file://…` or `gs://…`. */
  @IsString()
  @MaxLength(1024)
  @Matches(/^[a-z][a-z0-9+.-]*:\/\/\S+$/, { message: 'uri must be an absolute URI such as gs://bucket/object' })
  uri!: string;

  @IsSha256()
  sha256!: string;
}
