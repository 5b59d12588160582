/**
 * What is drawn over the cells: the selection and its fill handle, other people's cursors, flashes of what others
 * changed, reasons why a value was not taken, and the open editor. Moves with the cells because it scrolls with them.
 */
import { isColumn, type Peer, type Row } from "@cyclesheet/client";
import type { GridApi } from "ag-grid-community";
import { type CSSProperties, memo, type RefObject, useCallback, useMemo, useRef, useState } from "react";
import { createPortal } from "react-dom";
import { inkOn, personColor } from "../../lib/people";
import { useClient, useController, useMayEdit, useScreen } from "../context";
import type { Area } from "../model/block";
import { areaOf } from "../screen";
import { useBubblePlace } from "./bubble";
import { edgeScroll } from "./edgeScroll";
import { Editor } from "./editors/Editor";
import { type Geometry, geometryOf, type Part, type Rect } from "./geometry";
import { useSlots } from "./slots";
import { FADING_FLASHES, type Flash, useFlashes } from "./useFlashes";

const at = (rect: Rect): CSSProperties => ({
  transform: `translate(${rect.left}px, ${rect.top}px)`,
  width: rect.width,
  height: rect.height,
});

interface Props {
  readonly api: GridApi<Row>;
  /** Changes whenever cells may lie elsewhere. */
  readonly moved: number;
  readonly root: RefObject<HTMLElement | null>;
  /** Where dragged rows would come to stand: CSS pixels from the first row's top. */
  readonly dropAt: number | null;
}

/** Both layers. A selection, a flash or a row may lie on both; each draws its part. */
export function Layers({ hosts, ...props }: Props & { hosts: { readonly [P in Part]: HTMLElement } }) {
  const { api } = props;
  const [fillGoal, setFillGoal] = useState<Area | null>(null);
  const isDrawn = useCallback(
    (taskId: string) => api.getRenderedNodes().some(({ id }) => id === taskId),
    [api],
  );
  const flashes = useFlashes(isDrawn);
  const shared = { ...props, flashes, fillGoal, setFillGoal };
  return (
    <>
      {createPortal(<Layer part="scrolling" {...shared} />, hosts.scrolling)}
      {createPortal(<Layer part="pinned" {...shared} />, hosts.pinned)}
    </>
  );
}

interface LayerProps extends Props {
  readonly part: Part;
  readonly flashes: readonly Flash[];
  readonly fillGoal: Area | null;
  setFillGoal(goal: Area | null): void;
}

const Layer = memo(function Layer({ api, moved, root, dropAt, part, flashes, ...fill }: LayerProps) {
  // biome-ignore lint/correctness/useExhaustiveDependencies: `moved` says that the same grid has a new geometry
  const geometry = useMemo(() => geometryOf(api, part), [api, moved, part]);
  const { layers } = useSlots();
  return (
    // Keys and clicks in an editor are its own; the grid below must not hear them.
    // biome-ignore lint/a11y/noStaticElementInteractions: it only keeps events from travelling on
    <div
      className="layer-content"
      onKeyDown={(event) => event.stopPropagation()}
      onMouseDown={(event) => event.stopPropagation()}
      onDoubleClick={(event) => event.stopPropagation()}
    >
      <div className="layer-cells">
        {layers.map((Drawn, place) => (
          <Drawn key={String(place)} geometry={geometry} />
        ))}
        <Flashes flashes={flashes} geometry={geometry} />
        <People geometry={geometry} />
        <Range geometry={geometry} root={root} {...fill} />
        <Issues geometry={geometry} root={root} />
        {dropAt !== null && (
          <div
            className="drop-line"
            data-testid={part === "pinned" ? "drop-line" : undefined}
            style={{ transform: `translateY(${dropAt - 1}px)`, width: geometry.width }}
          />
        )}
      </div>
      <OpenEditor geometry={geometry} root={root} />
    </div>
  );
});

function Flashes({ flashes, geometry }: { flashes: readonly Flash[]; geometry: Geometry }) {
  const isStill = flashes.length > FADING_FLASHES || undefined;
  return flashes.map((flash) => {
    const rect = geometry.cell(flash.place);
    return (
      rect && (
        <div
          key={flash.id}
          className="flash"
          data-still={isStill}
          style={{ ...at(rect), "--person": flash.color } as CSSProperties}
          aria-hidden="true"
        />
      )
    );
  });
}

function People({ geometry }: { geometry: Geometry }) {
  const peers = useClient((state) => state.peers);
  const seen = new Map<string, number>();
  return peers.map((peer) => {
    const cursor = peer.state?.cursor;
    if (peer.self || !cursor || !isColumn(cursor.column) || peer.state?.status === "away") return null;
    const rect = geometry.cell(cursor);
    if (!rect) return null;
    // Several people on one cell stand beside each other.
    const key = `${cursor.taskId}:${cursor.column}`;
    const place = seen.get(key) ?? 0;
    seen.set(key, place + 1);
    return <PeerCursor key={peer.user.id} peer={peer} rect={rect} place={place} />;
  });
}

/** Somebody whose caret is in a document types there, not in the cell they came from. */
const isTypingHere = ({ state }: Peer): boolean =>
  state?.status === "typing" && Object.values(state.docs ?? {}).every((place) => place == null);

function PeerCursor({ peer, rect, place }: { peer: Peer; rect: Rect; place: number }) {
  const color = personColor(peer.user.color, peer.user.id);
  const style = {
    ...at(rect),
    "--person": color,
    "--person-ink": inkOn(color),
    "--place": place,
  } as CSSProperties;
  return (
    <div
      className="peer"
      data-testid={`cursor:${peer.user.id}`}
      data-below={rect.top < 8 || undefined}
      data-idle={peer.state?.status === "idle" || undefined}
      style={style}
      aria-hidden="true"
    >
      {/* Another place begins its time again. */}
      <span
        key={`${rect.left}:${rect.top}`}
        className="peer-tag"
        data-typing={isTypingHere(peer) || undefined}
      >
        <bdi>{peer.user.name}</bdi>
        {isTypingHere(peer) && <span className="peer-typing"> is typing</span>}
      </span>
    </div>
  );
}

function Range({
  geometry,
  root,
  fillGoal: target,
  setFillGoal: setTarget,
}: Pick<LayerProps, "root" | "fillGoal" | "setFillGoal"> & { geometry: Geometry }) {
  const controller = useController();
  const selection = useScreen((screen) => screen.selection);
  const editing = useScreen((screen) => screen.editing !== null);
  const mayEdit = useMayEdit();
  const from = useRef<Area | null>(null);
  const scroll = useMemo(() => edgeScroll(root), [root]);
  if (!selection) return null;
  const area = areaOf(controller.view, selection);
  const whole = area && geometry.area(area);
  const active = geometry.cell(selection.anchor);
  if (!area || (!whole && !active)) return null;
  const many = area.top !== area.bottom || area.left !== area.right;

  /** The selection stretched towards the pointer, along the axis on which the pointer is farther away. */
  const stretch = (x: number, y: number): Area | null => {
    const source = from.current;
    const under = document.elementFromPoint(x, y);
    const taskId = under?.closest(".ag-row")?.getAttribute("row-id");
    const column = under?.closest(".ag-cell")?.getAttribute("col-id");
    if (!source || !taskId || !column || !isColumn(column) || !root.current?.contains(under)) return null;
    const { rows, columns } = controller.view;
    const row = rows.findIndex((r) => r.taskId === taskId);
    const col = columns.indexOf(column);
    const dy = row > source.bottom ? row - source.bottom : row < source.top ? row - source.top : 0;
    const dx = col > source.right ? col - source.right : col < source.left ? col - source.left : 0;
    if (Math.abs(dy) >= Math.abs(dx))
      return { ...source, top: Math.min(source.top, row), bottom: Math.max(source.bottom, row) };
    return { ...source, left: Math.min(source.left, col), right: Math.max(source.right, col) };
  };
  const goal = target && geometry.area(target);

  return (
    <>
      {many && whole && (
        <div
          className="range"
          data-goes-on={whole.goesOn ?? undefined}
          style={at(whole)}
          aria-hidden="true"
        />
      )}
      {selection.more?.map((taskId) => {
        const row = geometry.row(taskId);
        return row && <div key={taskId} className="range" style={at(row)} aria-hidden="true" />;
      })}
      {active && <div className="active" style={at(active)} aria-hidden="true" />}
      {goal && (
        <div
          className="fill-goal"
          data-goes-on={goal.goesOn ?? undefined}
          style={at(goal)}
          aria-hidden="true"
        />
      )}
      {whole &&
        mayEdit &&
        !editing &&
        !selection.rows &&
        geometry.holds(controller.view.columns[area.right]) && (
          <div
            className="fill-handle"
            data-testid="fill-handle"
            aria-hidden="true"
            title="Drag to fill"
            style={{
              transform: `translate(${whole.left + whole.width - 5}px, ${whole.top + whole.height - 5}px)`,
            }}
            onPointerDown={(event) => {
              event.preventDefault();
              event.stopPropagation();
              event.currentTarget.setPointerCapture(event.pointerId);
              from.current = area;
            }}
            onPointerMove={(event) => {
              if (!from.current) return;
              // The pointer is captured; the cell below it is found by its place.
              scroll.move(event.clientX, event.clientY, (x, y) => {
                const next = stretch(x, y);
                if (next) setTarget(next);
              });
            }}
            onPointerUp={() => {
              const source = from.current;
              from.current = null;
              scroll.stop();
              setTarget(null);
              if (source && target) controller.fill(source, target);
            }}
            onPointerCancel={() => {
              from.current = null;
              scroll.stop();
              setTarget(null);
            }}
          />
        )}
    </>
  );
}

function Issues({ geometry, root }: { geometry: Geometry; root: RefObject<HTMLElement | null> }) {
  const issues = useScreen((screen) => screen.issues);
  const selection = useScreen((screen) => screen.selection);
  const list = [...issues].map(([key, problem]) => {
    const split = key.indexOf(":");
    const column = key.slice(split + 1);
    return { key, problem, place: isColumn(column) ? { taskId: key.slice(0, split), column } : null };
  });
  const anchorKey = selection && `${selection.anchor.taskId}:${selection.anchor.column}`;
  const told = list.find((issue) => issue.key === anchorKey) ?? list[0];
  return list.map(({ key, problem, place }) => {
    const rect = place && geometry.cell(place);
    if (!rect) return null;
    return (
      // What is said here is said in the status line, too, and there it is heard.
      <div
        key={key}
        className="issue"
        data-told={key === told?.key || undefined}
        style={at(rect)}
        aria-hidden="true"
      >
        {key === told?.key && <Bubble root={root}>{problem}</Bubble>}
      </div>
    );
  });
}

/** What is wrong with a cell, below it, or above where there is no room; never beyond the sheet's edges. */
function Bubble({ root, children }: { root: RefObject<HTMLElement | null>; children: string }) {
  const box = useRef<HTMLDivElement>(null);
  useBubblePlace(box, root);
  return (
    <div ref={box} className="bubble bubble-bad">
      {children}
    </div>
  );
}

function OpenEditor({ geometry, root }: { geometry: Geometry; root: RefObject<HTMLElement | null> }) {
  const editing = useScreen((screen) => screen.editing);
  const last = useRef<Rect | null>(null);
  if (!editing) {
    last.current = null;
    return null;
  }
  // A row that somebody removes under an open editor leaves the editor where it was.
  const rect = geometry.cell(editing) ?? last.current;
  last.current = rect;
  return (
    rect && (
      // Inside a grid stand rows and cells; the editor is a cell's.
      // biome-ignore lint/a11y/useSemanticElements: a table's elements would be laid out as a table
      // biome-ignore lint/a11y/useFocusableInteractive: the field inside is what takes the focus
      <div role="row">
        {/* biome-ignore lint/a11y/useSemanticElements: as above */}
        {/* biome-ignore lint/a11y/useFocusableInteractive: as above */}
        <div role="gridcell">
          <Editor key={`${editing.taskId}:${editing.column}`} editing={editing} rect={rect} root={root} />
        </div>
      </div>
    )
  );
}
