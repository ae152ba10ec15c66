import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { serviceMetrics } from '../service-metrics';

const FOLDER = join(__dirname, '../../../k8s/monitoring');

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary?: string; readonly description?: string };
}

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
}

const read = (name: string): string => readFileSync(join(FOLDER, name), 'utf8');
const manifest = parse(read('rules.yaml')) as { spec: { groups: { name: string; rules: Rule[] }[] } };
const rules = manifest.spec.groups.flatMap((group) => group.rules);
const { panels } = JSON.parse(read('dashboard.json')) as { panels: Panel[] };
const charts = panels.filter(({ type }) => type !== 'row');

const facts = new Map(serviceMetrics().map((fact) => [fact.name, fact]));
/** What whoever scrapes adds to every metric. */
const TARGET_LABELS = ['namespace', 'service'];

/** A metric's selector in PromQL: its name and the labels it is matched by. */
function selectorsIn(expr: string): { name: string; labels: string[] }[] {
  return [...expr.matchAll(/\b((?:closing_bell|nodejs|process)_\w+)(\{[^}]*\})?/g)].map(
    ([, name = '', matchers = '']) => ({
      name,
      labels: [...matchers.matchAll(/(\w+)\s*(?:=~|!~|!=|=)\s*"/g)].map(([, label = '']) => label),
    }),
  );
}

/** The metric that a sample belongs to: a histogram has three kinds of them. */
function metricOf(sample: string): string {
  const base = sample.replace(/_(bucket|count|sum)$/, '');
  return facts.get(base)?.type === 'histogram' ? base : sample;
}

const expressions = [
  ...rules.map(({ alert, expr }) => [alert, expr] as const),
  ...charts.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => [title, expr] as const)),
];

describe('alerts and dashboard', () => {
  it.each(expressions)('%s asks for what a service exposes', (_, expr) => {
    const selectors = selectorsIn(expr);
    expect(selectors.length).toBeGreaterThan(0);
    const reachable = new Set([...TARGET_LABELS, 'le']);
    for (const { name, labels } of selectors) {
      const fact = facts.get(metricOf(name));
      expect([name, fact !== undefined]).toEqual([name, true]);
      const known = [...TARGET_LABELS, ...(fact?.labels ?? [])];
      for (const label of labels) expect(known).toContain(label);
      for (const label of known) reachable.add(label);
    }
    for (const [, by = ''] of expr.matchAll(/\b(?:by|on)\s*\(([^)]*)\)/g)) {
      for (const label of by.split(',').map((each) => each.trim())) expect([...reachable]).toContain(label);
    }
  });

  it.each(expressions)('%s closes what it opens, and takes rates of counters alone', (_, expr) => {
    for (const [open, close] of ['()', '[]', '{}']) {
      expect(expr.split(open ?? '').length).toBe(expr.split(close ?? '').length);
    }
    for (const [, name = ''] of expr.matchAll(/\b(?:rate|increase)\(\s*([a-z_]+)/g)) {
      const type = facts.get(metricOf(name))?.type;
      expect([name, type === 'histogram' || type === 'counter']).toEqual([name, true]);
    }
    for (const [, name = ''] of expr.matchAll(/\bhistogram_quantile\([^(]*\((?:[^(]*\()?rate\(([a-z_]+)/g)) {
      expect(name).toMatch(/_bucket$/);
    }
  });

  it('show every metric of ours, so that none is measured for nobody', () => {
    const shown = new Set(expressions.flatMap(([, expr]) => selectorsIn(expr).map(({ name }) => metricOf(name))));
    const ours = [...facts.keys()].filter((name) => name.startsWith('closing_bell_'));
    expect(ours.filter((name) => !shown.has(name))).toEqual([]);
  });
});

describe('alerts', () => {
  it('have names of their own', () => {
    expect(rules.length).toBeGreaterThanOrEqual(10);
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
  });

  it.each(rules.map((rule) => [rule.alert, rule] as const))('%s says what happened and what to do', (alert, rule) => {
    expect(alert).toMatch(/^ClosingBell[A-Z]\w+$/);
    expect(rule.for).toMatch(/^\d+[mh]$/);
    expect(['page', 'ticket', 'info']).toContain(rule.labels.severity);
    expect(rule.annotations.summary?.length).toBeGreaterThan(15);
    expect(rule.annotations.description?.length).toBeGreaterThan(120);
    // A label that the expression drops would leave a hole in the sentence.
    const kept = new Set(
      [...rule.expr.matchAll(/\b(?:by)\s*\(([^)]*)\)/g)].flatMap(([, by = '']) => by.split(/\s*,\s*/)),
    );
    const told = Object.values(rule.annotations).join(' ');
    for (const [, label = ''] of told.matchAll(/\$labels\.(\w+)/g)) expect([...kept]).toContain(label);
  });
});

describe('the dashboard', () => {
  it('has a title and an explanation for every panel, and ids of their own', () => {
    for (const { title, description, targets } of charts) {
      expect(title.length).toBeGreaterThan(2);
      expect([title, (description ?? '').length > 10]).toEqual([title, true]);
      expect(targets?.length).toBeGreaterThan(0);
    }
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    expect(new Set(charts.map(({ title }) => title)).size).toBe(charts.length);
  });

  it('lays panels out without overlap, within the width', () => {
    for (const [index, { gridPos: a }] of panels.entries()) {
      expect(a.x + a.w).toBeLessThanOrEqual(24);
      for (const { gridPos: b } of panels.slice(index + 1)) {
        const apart = a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y;
        expect([a, b, apart]).toEqual([a, b, true]);
      }
    }
  });
});

describe('the manifests', () => {
  it.each(readdirSync(FOLDER).filter((name) => /^(?!kustomization).*\.yaml$/.test(name)))(
    '%s is a manifest of GKE',
    (name) => {
      expect(parse(read(name))).toMatchObject({
        apiVersion: 'monitoring.googleapis.com/v1',
        kind: expect.stringMatching(/^(Rules|PodMonitoring)$/) as unknown,
        metadata: { name: 'closing-bell' },
      });
    },
  );
});
