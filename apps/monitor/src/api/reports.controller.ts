import { monitoringPage, reportJson } from '@closing-bell/monitoring';
import { Controller, Header, Inject, UseFilters } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { Report, type ReportMetric, type ReportTest } from './answers';
import { AwayFilter } from './away.filter';
import { SessionDay, SymbolName } from './parameters';
import { Gets, Reads } from './reads';
import { ReportQueries } from './reports.queries';

/** The page brings its own style sheet, and nothing else. */
const PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

const UNKNOWN = { notFound: 'There is no bar of the symbol at that session.' };

/** Drift and performance of a symbol as of a session: for a program, and for a person. */
@ApiTags('reports')
@Controller('api/symbols/:symbol/reports')
@UseFilters(AwayFilter)
export class ReportsController {
  constructor(@Inject(ReportQueries) private readonly queries: ReportQueries) {}

  @Reads(':session.json', Report, 'A report in the shape of a snapshot of Evidently 0.7.', UNKNOWN)
  async json(@SymbolName() symbol: string, @SessionDay() session: string): Promise<Report> {
    const { metrics, tests } = reportJson(await this.queries.report(symbol, session));
    return { metrics: [...metrics] as ReportMetric[], tests: [...tests] as ReportTest[] };
  }

  @Gets(':session.html', 'The same as one page that needs nothing else.', UNKNOWN)
  @ApiOkResponse({ description: 'HTML.', content: { 'text/html': { schema: { type: 'string' } } } })
  @Header('Content-Type', 'text/html; charset=utf-8')
  @Header('Content-Security-Policy', PAGE_POLICY)
  async page(@SymbolName() symbol: string, @SessionDay() session: string): Promise<string> {
    return monitoringPage(await this.queries.report(symbol, session));
  }
}
