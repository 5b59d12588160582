/**
 * Rows in groups. The grid knows nothing of groups: it gets another order, and the first row of each group is higher, so
 * that a heading has room above its cells. No row is made up, so selections, keys and places work as they do without groups.
 */
import type { Row } from "@cyclesheet/client";
import type { GridApi, IRowNode, RowClassRules } from "ag-grid-community";
import { useMemo } from "react";
import type { Controller } from "../controller";
import { lastDirectory } from "../directory";
import { groupsOf } from "../model/quick";
import { HEADING_HEIGHT, ROOMY_ROW_HEIGHT, ROW_HEIGHT } from "./heights";

export interface Heading {
  readonly name: string;
  readonly count: number;
}

/** The headings by the row that they stand above; read by the row's head when it is drawn. */
const headings = new WeakMap<Controller, ReadonlyMap<string, Heading>>();
const NONE: ReadonlyMap<string, Heading> = new Map();

export const headingAbove = (controller: Controller, taskId: string): Heading | undefined =>
  headings.get(controller)?.get(taskId);

const signature = (all: ReadonlyMap<string, Heading>) =>
  [...all].map(([taskId, { name, count }]) => `${taskId}\n${name}\n${count}`).join("\n");

export function useGroups(controller: Controller) {
  return useMemo(() => {
    let drawn = "";
    const at = (taskId: string | undefined) =>
      taskId === undefined ? undefined : headingAbove(controller, taskId);
    const classes: RowClassRules<Row> = { "group-first": ({ data }) => at(data?.taskId) !== undefined };
    return {
      classes,
      /** The grid's rows once they are sorted, put into groups in place. */
      arrange({ nodes }: { readonly nodes: IRowNode<Row>[] }) {
        const { group } = controller.screen.get().arrangement;
        if (group === null) {
          headings.set(controller, NONE);
          return;
        }
        const byId = new Map(nodes.flatMap((node) => (node.data ? [[node.data.taskId, node] as const] : [])));
        const rows = nodes.flatMap(({ data }) => data ?? []);
        const groups = groupsOf(rows, group, lastDirectory()).filter((one) => one.rows.length > 0);
        const found = new Map<string, Heading>();
        const order: IRowNode<Row>[] = [];
        for (const { name, rows: own } of groups) {
          const [first] = own;
          if (first) found.set(first.taskId, { name, count: own.length });
          for (const { taskId } of own) {
            const node = byId.get(taskId);
            if (node) order.push(node);
          }
        }
        headings.set(controller, found);
        nodes.splice(0, nodes.length, ...order);
      },
      height({ data }: { readonly data?: Row | undefined }) {
        const own = controller.screen.get().roomy ? ROOMY_ROW_HEIGHT : ROW_HEIGHT;
        return own + (at(data?.taskId) ? HEADING_HEIGHT : 0);
      },
      /** The groups, or the way the sheet is looked at, are others now: everything is drawn again. */
      forget() {
        drawn = "-";
      },
      /** Gives rows their heights once groups begin elsewhere; called again by what it causes, and then has nothing to do. */
      settle(api: GridApi<Row>) {
        const now = signature(headings.get(controller) ?? NONE);
        if (now === drawn) return;
        drawn = now;
        setTimeout(() => {
          if (api.isDestroyed()) return;
          api.resetRowHeights();
          api.redrawRows();
        });
      },
    };
  }, [controller]);
}
