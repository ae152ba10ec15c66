/** Places the nodes of a small acyclic graph in layers, each after all that it waits for. */

export interface GraphNode {
  readonly id: string;
  /** Ids of the nodes before it; unknown ones are ignored. */
  readonly after: readonly string[];
}

export interface Placed {
  readonly id: string;
  /** 0 for what waits for nothing. */
  readonly layer: number;
  /** Position across the layer, in units of one node; the middle of every layer is at 0. */
  readonly across: number;
}

/**
 * Layers by the longest way from a start, order within a layer by the mean position of what comes before: crossings are rare in graphs
 * of this size. A cycle, which no cascade has, is cut where it is met.
 */
export function layout(nodes: readonly GraphNode[]): Map<string, Placed> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const layers = new Map<string, number>();
  const layerOf = (node: GraphNode, way: ReadonlySet<string>): number => {
    const known = layers.get(node.id);
    if (known !== undefined) return known;
    const here = new Set(way).add(node.id);
    const before = node.after.flatMap((id) => (here.has(id) ? [] : (byId.get(id) ?? [])));
    const layer = Math.max(-1, ...before.map((other) => layerOf(other, here))) + 1;
    layers.set(node.id, layer);
    return layer;
  };
  for (const node of nodes) layerOf(node, new Set());

  const placed = new Map<string, Placed>();
  const depth = Math.max(-1, ...layers.values()) + 1;
  for (let layer = 0; layer < depth; layer++) {
    const members = nodes.filter(({ id }) => layers.get(id) === layer);
    const pull = (node: GraphNode): number => {
      const before = node.after.flatMap((id) => placed.get(id)?.across ?? []);
      return before.length === 0 ? 0 : before.reduce((sum, across) => sum + across, 0) / before.length;
    };
    const ordered = members.map((node) => ({ node, pull: pull(node) })).sort((a, b) => a.pull - b.pull);
    ordered.forEach(({ node }, index) => {
      placed.set(node.id, { id: node.id, layer, across: index - (ordered.length - 1) / 2 });
    });
  }
  return placed;
}
