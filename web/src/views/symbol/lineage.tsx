import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { type ReactElement } from 'react';
import type { Lineage, LineageNode } from '../../../../apps/monitor/src/api/answers';
import { lineage } from '../../api/queries';
import { Answered, Empty } from '../../components/answer';
import { useAddress } from '../../components/browser';
import { Graph } from '../../components/graph';
import { Hash } from '../../components/hash';
import { counted, day } from '../../format';
import { chosenHorizon, HORIZONS, useOrigins } from './chosen-origin';

/** What one number was made from, down to bars, messages and code. */
export function LineageTab({ symbol }: { symbol: string }): ReactElement {
  const { asked, origins, index, choose } = useOrigins(symbol);
  const [address, setAddress] = useAddress();
  const horizon = chosenHorizon(address);
  const origin = origins[index];
  return (
    <Answered asked={asked} height={600}>
      {() =>
        origin === undefined ? (
          <Empty title="No forecast yet">
            <p>There is nothing whose origin could be told.</p>
          </Empty>
        ) : (
          <>
            <div className="toolbar">
              <label className="field-inline">
                The forecast from{' '}
                <select value={index} onChange={(event) => choose(Number(event.target.value))}>
                  {origins
                    .map(({ session }, at) => (
                      <option key={session} value={at}>
                        {day(session)}
                      </option>
                    ))
                    .reverse()}
                </select>
              </label>
              <label className="field-inline">
                for{' '}
                <select value={horizon} onChange={(event) => setAddress({ horizon: event.target.value })}>
                  {HORIZONS.map((one) => (
                    <option key={one} value={one}>
                      {counted(one, 'session')} ahead
                    </option>
                  ))}
                </select>
              </label>
            </div>
            <Chain symbol={symbol} origin={origin.session} horizon={horizon} />
          </>
        )
      }
    </Answered>
  );
}

function Chain({ symbol, origin, horizon }: { symbol: string; origin: string; horizon: number }): ReactElement {
  const asked = useQuery({ ...lineage(symbol, origin, horizon), placeholderData: keepPreviousData });
  return (
    <Answered asked={asked} height={560}>
      {(data) => <Nodes data={data} />}
    </Answered>
  );
}

function Nodes({ data: { nodes } }: { data: Lineage }): ReactElement {
  const [address, setAddress] = useAddress();
  const chosen = nodes.find(({ id }) => id === address.get('node')) ?? nodes[0];
  // Along the arrows, time goes by: what a node was made from comes before it.
  return (
    <>
      <Graph
        label="What the forecast was made from"
        nodes={nodes.map(({ id, kind, title, from }) => ({
          id,
          after: from,
          tone: kind,
          content: (
            <>
              <small>{kind}</small> <b>{title}</b>
            </>
          ),
        }))}
        chosen={chosen?.id}
        onChoose={(node) => setAddress({ node })}
        size={{ width: 190, height: 66 }}
      />
      {chosen ? <NodeFacts node={chosen} /> : null}
    </>
  );
}

function NodeFacts({ node: { kind, title, facts, uri, sha256 } }: { node: LineageNode }): ReactElement {
  return (
    <section className="details" aria-label="Details">
      <h2>
        {title} <span className="muted">{kind}</span>
      </h2>
      <dl className="facts">
        {facts.map(({ name, value }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
        {sha256 === null ? null : (
          <div>
            <dt>SHA-256</dt>
            <dd>
              <Hash value={sha256} length={64} />
            </dd>
          </div>
        )}
        {uri === null ? null : (
          <div>
            <dt>Address</dt>
            <dd>
              <Hash value={uri} length={200} />
            </dd>
          </div>
        )}
      </dl>
    </section>
  );
}
