/** What people state about a week as a whole: how it is going, and views of it that they share. */
import type { Sheet } from "./model.js";
import type { Change, HealthSet, ViewAdd, ViewRemove } from "./op.js";

/** A person's word for the week, or none: the derived one counts again. */
export function setHealth(sheet: Sheet, change: Change, { health }: HealthSet): Sheet {
  const { statedHealth: _, ...rest } = sheet;
  return health == null
    ? rest
    : {
        ...rest,
        statedHealth: { health, author: change.author.id, version: change.version, at: change.at },
      };
}

/** A view under a new id; an id that is taken keeps what it names. */
export function addView(sheet: Sheet, change: Change, { viewId, name, look }: ViewAdd): Sheet {
  const views = sheet.views ?? [];
  if (views.some((view) => view.viewId === viewId)) return sheet;
  const view = { viewId, name, look, author: change.author.id, version: change.version, at: change.at };
  // Those of one change are listed by their ids, which are ASCII.
  const earlier = views.filter((one) => one.version < view.version || one.viewId < viewId);
  const later = views.filter((one) => !earlier.includes(one));
  return { ...sheet, views: [...earlier, view, ...later] };
}

export function removeView(sheet: Sheet, { viewId }: ViewRemove): Sheet {
  const { views = [], ...rest } = sheet;
  const left = views.filter((view) => view.viewId !== viewId);
  return left.length === 0 ? rest : { ...rest, views: left };
}
