import { type ReactElement, type ReactNode } from 'react';
import { Link } from 'wouter';

export interface Figure {
  readonly label: string;
  readonly value: ReactNode;
  /** What it is to be compared with. */
  readonly beside?: ReactNode;
  readonly tone?: 'good' | 'bad' | 'warn' | undefined;
  readonly href?: string;
}

/** A strip of the few numbers that matter most. */
export function Figures({ label, figures }: { label: string; figures: readonly Figure[] }): ReactElement {
  return (
    <dl className="figures" aria-label={label}>
      {figures.map(({ label: name, value, beside, tone, href }) => (
        <div key={name} className={tone ? `figure tone-${tone}` : 'figure'}>
          <dt>{name}</dt>
          <dd>
            {href === undefined ? (
              <span className="value">{value}</span>
            ) : (
              <Link href={href} className="value">
                {value}
                <span className="unseen"> {name.toLowerCase()}</span>
              </Link>
            )}
            {beside === undefined ? null : <span className="beside">{beside}</span>}
          </dd>
        </div>
      ))}
    </dl>
  );
}
