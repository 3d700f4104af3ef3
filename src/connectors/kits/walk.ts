interface Bounds {
  /** Nodes that are visited in all, and at a time. */
  readonly most: number;
  readonly atOnce: number;
}

/**
 * Visits nodes and the nodes that they lead to, such as roles granted to roles, each key once. False when there are more nodes than may be
 * visited.
 */
export async function walk<N extends { readonly key: string }>(
  roots: readonly N[],
  visit: (node: N) => Promise<readonly N[]>,
  { most, atOnce }: Bounds,
): Promise<boolean> {
  const found = new Map(roots.map((node) => [node.key, node]));
  for (let visited = 0; visited < Math.min(found.size, most); ) {
    const batch = [...found.values()].slice(visited, Math.min(visited + atOnce, most));
    visited += batch.length;
    for (const node of (await Promise.all(batch.map(visit))).flat()) if (!found.has(node.key)) found.set(node.key, node);
  }
  return found.size <= most;
}
