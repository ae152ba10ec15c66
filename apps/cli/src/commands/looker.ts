import { bigQueryLocation, views } from '@closing-bell/warehouse';
import { CommandError, print, type Terminal } from '../terminal';

const CREATE = 'https://lookerstudio.google.com/reporting/create';

interface LookerOptions {
  /** A report of one's own to copy, whose data sources have the views' names as aliases. */
  readonly template?: string;
}

/** Prints the links that open reports of Looker Studio on the views of the configured dataset. */
export function showLookerLinks(terminal: Terminal, { template }: LookerOptions): void {
  const { config } = terminal;
  if (!config.warehouse.startsWith('bigquery:')) {
    throw new CommandError(
      `Looker Studio reads BigQuery, and the warehouse is ${config.warehouse}. Set CLOSING_BELL_WAREHOUSE to bigquery://project/dataset; \`closing-bell export\` writes files of this one.`,
    );
  }
  if (template !== undefined) {
    print(
      terminal,
      `A copy of report ${template} on ${config.warehouse}:\n\n${templateLink(config.warehouse, template)}`,
    );
  } else {
    print(
      terminal,
      `Each opens a new report on one view of ${config.warehouse}; add the others in it as further data sources.`,
    );
    for (const { name, description, link } of blankLinks(config.warehouse)) {
      print(terminal, `\n${name}: ${description}\n${link}`);
    }
  }
  print(terminal, '\nA report that a link opens is kept once you save it. What to draw: docs/guide/looker-studio.md.');
}

/** A link for each view: a report without a template takes one data source. Source: Looker Studio's Linking API. */
export function blankLinks(warehouse: string): { name: string; description: string; link: string }[] {
  return Object.values(views).map(({ name, description }) => ({
    name,
    description,
    link: linkOf({ 'r.reportName': `Closing Bell: ${titleOf(name)}` }, [['ds', sourceOf(warehouse, name)]]),
  }));
}

/** One link that copies a report and leads each of its data sources, told by its alias, to the view of that name. */
export function templateLink(warehouse: string, template: string): string {
  return linkOf(
    { 'c.reportId': template, 'r.reportName': 'Closing Bell' },
    Object.values(views).map(({ name }) => [`ds.${name}`, sourceOf(warehouse, name)]),
  );
}

function sourceOf(warehouse: string, view: string): Record<string, string> {
  const { projectId, datasetId } = bigQueryLocation(warehouse);
  return {
    connector: 'bigQuery',
    type: 'TABLE',
    projectId,
    datasetId,
    tableId: view,
    billingProjectId: projectId,
    isPartitioned: 'false',
    datasourceName: titleOf(view),
  };
}

function linkOf(
  report: Readonly<Record<string, string>>,
  sources: readonly (readonly [string, Readonly<Record<string, string>>])[],
): string {
  const parameters = new URLSearchParams(report);
  for (const [prefix, source] of sources) {
    for (const [name, value] of Object.entries(source)) parameters.set(`${prefix}.${name}`, value);
  }
  // A space as %20: in what is pasted elsewhere, a plus may stay one.
  return `${CREATE}?${parameters.toString().replaceAll('+', '%20')}`;
}

function titleOf(view: string): string {
  return `${view.slice(0, 1).toUpperCase()}${view.slice(1).replaceAll('_', ' ')}`;
}
