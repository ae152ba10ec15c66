import { type NestExpressApplication } from '@nestjs/platform-express';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { version } from '../../../../package.json';
import { ApiModule } from './api.module';

/** The API as OpenAPI, made from its controllers and the classes of its answers. */
function describeApi(app: NestExpressApplication): OpenAPIObject {
  const about = new DocumentBuilder()
    .setTitle('Closing Bell')
    .setDescription(
      'What the warehouse and the object store know: forecasts, what became of them, drift, models, and how sessions ran. Sessions are days YYYY-MM-DD, times RFC 3339 in UTC, prices in the currency of the bars, shares from 0 to 1. Answers carry an ETag. What acts needs a token.',
    )
    .setVersion(version)
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'CLOSING_BELL_API_TOKEN of the monitor.' })
    .build();
  return SwaggerModule.createDocument(app, about, { include: [ApiModule] });
}

/** Serves the description: a page at /api/docs, the document at /api/openapi.json; made when it is first asked for. */
export function serveApiDescription(app: NestExpressApplication): void {
  SwaggerModule.setup('api/docs', app, () => describeApi(app), {
    jsonDocumentUrl: 'api/openapi.json',
    raw: ['json'],
    customSiteTitle: 'Closing Bell API',
  });
}
