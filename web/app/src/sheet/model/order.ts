/** Where rows come to stand when they are moved. Pure. */

/**
 * Returns the row after which `moving` come when they are dropped into gap `gap` (0 is above the first row): null is the
 * top. Undefined if they would stay where they are.
 */
export function dropAfter(
  order: readonly string[],
  moving: readonly string[],
  gap: number,
): string | null | undefined {
  const isMoving = new Set(moving);
  const above = order.slice(0, gap).filter((id) => !isMoving.has(id));
  const below = order.slice(gap).filter((id) => !isMoving.has(id));
  const then = [...above, ...moving, ...below];
  return then.every((id, place) => id === order[place]) ? undefined : (above.at(-1) ?? null);
}
