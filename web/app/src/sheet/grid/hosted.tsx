/**
 * Components in the grid's own elements: every cell and head is a small tree of its own, drawn in the turn in which the grid
 * asks for it. The grid is used without its React part, which is two thirds as large as the page's own code.
 */
import type { Row } from "@cyclesheet/client";
import type { ICellRendererComp, ICellRendererParams, IHeaderParams } from "ag-grid-community";
import type { ReactNode } from "react";
import { createRoot } from "react-dom/client";
import type { Api } from "../../session/api";
import { ApiProvider } from "../../session/context";
import { ControllerProvider } from "../context";
import type { Controller } from "../controller";
import { type Slots, SlotsProvider } from "./slots";

/** Returns an element without a box of its own: its content is laid out as the cell's. */
function host() {
  const element = document.createElement("div");
  element.className = "hosted";
  element.setAttribute("role", "presentation");
  return element;
}

/** Returns what makes a component into a class that the grid takes. */
export function hosting(controller: Controller, api: Api, slots: Slots) {
  const inPage = (node: ReactNode) => (
    <ControllerProvider value={controller}>
      <ApiProvider value={api}>
        <SlotsProvider value={slots}>{node}</SlotsProvider>
      </ApiProvider>
    </ControllerProvider>
  );
  function hosted<P>(draw: (params: P) => ReactNode) {
    return class Hosted {
      private readonly element = host();
      private readonly root = createRoot(this.element);
      init(params: P) {
        this.root.render(inPage(draw(params)));
      }
      getGui() {
        return this.element;
      }
      refresh(params: P) {
        this.init(params);
        return true;
      }
      destroy() {
        this.root.unmount();
      }
    };
  }
  return {
    cell: (draw: (params: ICellRendererParams<Row>) => ReactNode): (new () => ICellRendererComp<Row>) =>
      hosted(draw),
    head: (draw: (params: IHeaderParams<Row>) => ReactNode) => hosted(draw),
  };
}

export type Hosting = ReturnType<typeof hosting>;
