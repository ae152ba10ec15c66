import { applyDecorators, Get, type Type } from '@nestjs/common';
import {
  ApiBadRequestResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiServiceUnavailableResponse,
} from '@nestjs/swagger';
import { Failure } from './answers';

/** A GET that answers JSON of a class of answers.ts, described. notFound: when there is nothing to answer, if that can be. */
export function Reads(
  path: string,
  answer: Type | readonly [Type],
  summary: string,
  { notFound }: { readonly notFound?: string } = {},
): MethodDecorator {
  const type = (Array.isArray(answer) ? [...(answer as readonly Type[])] : answer) as Type;
  return applyDecorators(
    Get(path),
    ApiOperation({ summary }),
    ApiOkResponse({ type, description: summary }),
    ApiBadRequestResponse({ type: Failure, description: 'A parameter is not what it may be.' }),
    ...(notFound === undefined ? [] : [ApiNotFoundResponse({ type: Failure, description: notFound })]),
    ApiServiceUnavailableResponse({ type: Failure, description: 'The warehouse or the object store is away.' }),
  );
}
