import { type CSSProperties, type ReactElement, type ReactNode } from 'react';
import { type GraphNode, layout, type Placed } from '../charts/graph-layout';
import { useNarrow, useWidth } from './browser';

export interface DrawnNode extends GraphNode {
  readonly tone: string;
  readonly content: ReactNode;
}

const GAP_ALONG = 44;
const LEAST_GAP = 18;
const GAP_ACROSS = 16;

/** A small acyclic graph of boxes: from left to right, or downwards where there is no room. A box is a button that chooses it. */
export function Graph({
  label,
  nodes,
  chosen,
  onChoose,
  size,
}: {
  label: string;
  nodes: readonly DrawnNode[];
  chosen: string | undefined;
  onChoose: (id: string) => void;
  /** Of a box, pixels. */
  size: { readonly width: number; readonly height: number };
}): ReactElement {
  const narrow = useNarrow();
  const [attach, room] = useWidth<HTMLDivElement>();
  const placed = layout(nodes);
  const all = [...placed.values()];
  const layers = Math.max(0, ...all.map(({ layer }) => layer)) + 1;
  const widest = Math.max(0, ...all.map(({ across }) => Math.abs(across)));

  const gapAcross = narrow ? 10 : GAP_ACROSS;
  const across = 2 * widest + 1;
  // Downwards, boxes share the width; to the right, they shrink before the page has to scroll.
  const width = narrow
    ? Math.min(size.width, (room - (across - 1) * gapAcross) / across)
    : Math.min(size.width, Math.max(120, (room - (layers - 1) * LEAST_GAP) / layers));
  const step = narrow
    ? { x: width + gapAcross, y: size.height + 26 }
    : {
        x: width + Math.min(GAP_ALONG, Math.max(LEAST_GAP, (room - layers * width) / Math.max(1, layers - 1))),
        y: size.height + gapAcross,
      };
  const at = ({ layer, across: position }: Placed): { x: number; y: number } =>
    narrow
      ? { x: (position + widest) * step.x, y: layer * step.y }
      : { x: layer * step.x, y: (position + widest) * step.y };
  const total = narrow
    ? { width: across * step.x - gapAcross, height: layers * step.y - 26 }
    : { width: (layers - 1) * step.x + width, height: across * step.y - gapAcross };

  return (
    <div className="graph-frame" role="group" aria-label={label}>
      <div ref={attach} />
      {room === 0 ? (
        <div style={{ height: total.height }} />
      ) : (
        <div className="graph" style={{ width: total.width, height: total.height }}>
          <svg width={total.width} height={total.height} aria-hidden="true">
            {nodes.flatMap((node) =>
              node.after.flatMap((id) => {
                const from = placed.get(id);
                const to = placed.get(node.id);
                return from && to
                  ? [
                      <path
                        key={`${id} ${node.id}`}
                        d={edge(at(from), at(to), { width, height: size.height }, narrow)}
                      />,
                    ]
                  : [];
              }),
            )}
          </svg>
          {nodes.map((node) => {
            const place = placed.get(node.id);
            if (!place) return null;
            const { x, y } = at(place);
            const style: CSSProperties = { left: x, top: y, width, height: size.height };
            return (
              <button
                key={node.id}
                type="button"
                className={`node node-${node.tone}`}
                style={style}
                aria-pressed={node.id === chosen}
                onClick={() => onChoose(node.id)}
              >
                {node.content}
              </button>
            );
          })}
        </div>
      )}
    </div>
  );
}

type Point = { readonly x: number; readonly y: number };

/** A curve from the end of one box to the beginning of another. */
function edge(from: Point, to: Point, box: { width: number; height: number }, down: boolean): string {
  const [x1, y1] = down ? [from.x + box.width / 2, from.y + box.height] : [from.x + box.width, from.y + box.height / 2];
  const [x2, y2] = down ? [to.x + box.width / 2, to.y] : [to.x, to.y + box.height / 2];
  return down
    ? `M${x1},${y1}C${x1},${(y1 + y2) / 2} ${x2},${(y1 + y2) / 2} ${x2},${y2}`
    : `M${x1},${y1}C${(x1 + x2) / 2},${y1} ${(x1 + x2) / 2},${y2} ${x2},${y2}`;
}
