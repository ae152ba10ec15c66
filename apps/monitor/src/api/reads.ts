import { applyDecorators, Get, type Type } from '@nestjs/common';
import {
  ApiBadRequestResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiServiceUnavailableResponse,
} from '@nestjs/swagger';
import { Failure } from './answers';

interface Failures {
  /** When there is nothing to answer, if that can be. */
  readonly notFound?: string;
}

/** A GET, with what may fail described; what it answers is not. */
export function Gets(path: string, summary: string, { notFound }: Failures): MethodDecorator {
  return applyDecorators(
    Get(path),
    ApiOperation({ summary }),
    ApiBadRequestResponse({ type: Failure, description: 'A parameter is not what it may be.' }),
    ...(notFound === undefined ? [] : [ApiNotFoundResponse({ type: Failure, description: notFound })]),
    ApiServiceUnavailableResponse({ type: Failure, description: 'The warehouse or the object store is away.' }),
  );
}

/** A GET that answers JSON of a class of answers.ts, described. */
export function Reads(
  path: string,
  answer: Type | readonly [Type],
  summary: string,
  failures: Failures = {},
): MethodDecorator {
  const type = (Array.isArray(answer) ? [...(answer as readonly Type[])] : answer) as Type;
  return applyDecorators(Gets(path, summary, failures), ApiOkResponse({ type, description: summary }));
}
