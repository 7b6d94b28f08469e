import type { Node } from 'prosemirror-model';
import { TextSelection, type EditorState, type Transaction } from 'prosemirror-state';
import type { BlockSpec, BlockView } from '../block';
import type { Command } from '../../context';
import { h, textButton } from '../../dom';
import { schema } from '../../schema';

const { table_cell, table_row, table_caption, paragraph } = schema.nodes as Record<string, import('prosemirror-model').NodeType>;

interface Cell { pos: number; node: Node; row: number; col: number; width: number; height: number }
interface Grid { rows: { pos: number; node: Node }[]; cells: Cell[]; width: number }

/** The grid of a table whose content begins at start, spans laid out. */
export function gridOf(table: Node, start: number): Grid {
  const rows: Grid['rows'] = [], cells: Cell[] = [], taken: boolean[][] = [];
  let width = 0;
  table.forEach((row, offset) => {
    if (row.type !== table_row) return;
    const r = rows.push({ pos: start + offset, node: row }) - 1;
    let c = 0;
    row.forEach((cell, at) => {
      while (taken[r]?.[c]) c++;
      const w = Number(cell.attrs.colspan), hgt = Number(cell.attrs.rowspan);
      for (let i = 0; i < Math.min(hgt, 200); i++) for (let j = 0; j < w; j++) (taken[r + i] ??= [])[c + j] = true;
      cells.push({ pos: start + offset + 1 + at, node: cell, row: r, col: c, width: w, height: hgt });
      c += w;
      width = Math.max(width, c);
    });
  });
  return { rows, cells, width };
}

interface Place { table: Node; pos: number; grid: Grid; cell: Cell }

function placeOf(state: EditorState): Place | null {
  const { $from } = state.selection;
  for (let d = $from.depth; d > 0; d--) {
    if ($from.node(d).type !== schema.nodes.table) continue;
    const pos = $from.before(d), table = $from.node(d), grid = gridOf(table, pos + 1);
    const cell = grid.cells.find((c) => $from.pos > c.pos && $from.pos < c.pos + c.node.nodeSize) ?? (grid.cells[0] as Cell | undefined);
    return cell ? { table, pos, grid, cell } : null;
  }
  return null;
}

const empty = (attrs: Record<string, unknown> = {}) => table_cell!.create(attrs, paragraph!.create());
const like = (c: Node) => ({ header: c.attrs.header, scope: c.attrs.scope, align: c.attrs.align });

export function addRow(after: boolean): Command {
  return (state, dispatch) => {
    const p = placeOf(state);
    if (!p) return false;
    if (!dispatch) return true;
    const { grid, cell } = p, at = after ? cell.row + cell.height : cell.row, tr = state.tr;
    const made: Node[] = [];
    const model = grid.cells.filter((c) => c.row <= cell.row && c.row + c.height > cell.row);
    const head = cell.row === 0 && model.every((c) => c.node.attrs.header); // a row under the head is none
    for (let col = 0; col < grid.width; col++) {
      const across = grid.cells.find((c) => c.row < at && c.row + c.height > at && c.col <= col && c.col + c.width > col);
      if (across) {
        if (across.col === col) tr.setNodeMarkup(tr.mapping.map(across.pos), null, { ...across.node.attrs, rowspan: across.height + 1 });
        continue;
      }
      const beside = model.find((c) => c.col <= col && c.col + c.width > col);
      made.push(empty(beside && !(head && after) ? like(beside.node) : { align: beside?.node.attrs.align ?? '' }));
    }
    const last = grid.rows[at - 1], pos = at < grid.rows.length ? grid.rows[at]!.pos : last!.pos + last!.node.nodeSize;
    const where = tr.mapping.map(pos);
    tr.insert(where, table_row!.create(null, made.length ? made : [empty()]));
    tr.setSelection(TextSelection.near(tr.doc.resolve(where + 2)));
    dispatch(tr.scrollIntoView());
    return true;
  };
}

export function addColumn(after: boolean): Command {
  return (state, dispatch) => {
    const p = placeOf(state);
    if (!p) return false;
    if (!dispatch) return true;
    const { grid, cell } = p, at = after ? cell.col + cell.width : cell.col, tr = state.tr;
    const wide = new Set<Cell>();
    let first = -1;
    for (let row = 0; row < grid.rows.length; row++) {
      const across = grid.cells.find((c) => c.col < at && c.col + c.width > at && c.row <= row && c.row + c.height > row);
      if (across) {
        if (!wide.has(across)) { wide.add(across); tr.setNodeMarkup(tr.mapping.map(across.pos), null, { ...across.node.attrs, colspan: across.width + 1 }); }
        continue;
      }
      const next = grid.cells.filter((c) => c.row === row && c.col >= at).sort((a, b) => a.col - b.col)[0];
      const pos = next ? next.pos : grid.rows[row]!.pos + grid.rows[row]!.node.nodeSize - 1;
      const beside = grid.cells.find((c) => c.row <= row && c.row + c.height > row && c.col <= cell.col && c.col + c.width > cell.col);
      const where = tr.mapping.map(pos);
      tr.insert(where, empty(beside ? { header: beside.node.attrs.header && beside.node.attrs.scope !== 'row', scope: beside.node.attrs.scope === 'row' ? '' : beside.node.attrs.scope } : {}));
      if (row === cell.row) first = where;
    }
    if (first >= 0) tr.setSelection(TextSelection.near(tr.doc.resolve(first + 1)));
    dispatch(tr.scrollIntoView());
    return true;
  };
}

export const deleteRow: Command = (state, dispatch) => {
  const p = placeOf(state);
  if (!p || p.grid.rows.length < 2) return false;
  if (!dispatch) return true;
  const { grid, cell } = p, r = cell.row, tr = state.tr;
  for (const c of grid.cells) {
    if (c.row < r && c.row + c.height > r) tr.setNodeMarkup(tr.mapping.map(c.pos), null, { ...c.node.attrs, rowspan: c.height - 1 });
    if (c.row === r && c.height > 1 && grid.rows[r + 1]) { // goes on below: it begins there now
      const right = grid.cells.filter((o) => o.row === r + 1 && o.col >= c.col).sort((a, b) => a.col - b.col)[0];
      const below = grid.rows[r + 1]!, pos = right ? right.pos : below.pos + below.node.nodeSize - 1;
      tr.insert(tr.mapping.map(pos), c.node.type.create({ ...c.node.attrs, rowspan: c.height - 1 }, c.node.content));
    }
  }
  const row = grid.rows[r]!;
  finish(tr, tr.mapping.map(row.pos), tr.mapping.map(row.pos + row.node.nodeSize, -1), dispatch);
  return true;
};

function finish(tr: Transaction, from: number, to: number, dispatch: (tr: Transaction) => void): void {
  tr.delete(from, to);
  tr.setSelection(TextSelection.near(tr.doc.resolve(Math.min(from + 1, tr.doc.content.size)), -1));
  dispatch(tr.scrollIntoView());
}

export const deleteColumn: Command = (state, dispatch) => {
  const p = placeOf(state);
  if (!p || p.grid.width < 2) return false;
  const { grid, cell } = p, col = cell.col;
  // a row must keep a cell
  if (grid.rows.some((_, r) => grid.cells.filter((c) => c.row === r).every((c) => c.col === col && c.width === 1))) return false;
  if (!dispatch) return true;
  const tr = state.tr;
  for (const c of grid.cells) {
    if (c.col > col || c.col + c.width <= col) continue;
    const pos = tr.mapping.map(c.pos);
    if (c.width > 1) tr.setNodeMarkup(pos, null, { ...c.node.attrs, colspan: c.width - 1 });
    else tr.delete(pos, pos + c.node.nodeSize);
  }
  tr.setSelection(TextSelection.near(tr.doc.resolve(tr.mapping.map(cell.pos)), -1));
  dispatch(tr.scrollIntoView());
  return true;
};

function setCells(pick: (p: Place, c: Cell) => boolean, attrs: (c: Node, on: boolean) => Record<string, unknown>): Command {
  return (state, dispatch) => {
    const p = placeOf(state);
    if (!p) return false;
    const chosen = p.grid.cells.filter((c) => pick(p, c)), on = !chosen.every((c) => c.node.attrs.header), tr = state.tr;
    for (const c of chosen) tr.setNodeMarkup(tr.mapping.map(c.pos), null, { ...c.node.attrs, ...attrs(c.node, on) });
    dispatch?.(tr);
    return true;
  };
}

const head = (scope: string) => (_: Node, on: boolean) => ({ header: on, scope: on ? scope : '' });
export const headerRow = setCells((_, c) => c.row === 0, head('col'));
export const headerColumn = setCells((_, c) => c.col === 0 && c.row > 0, head('row'));

/** Tab goes from cell to cell, and adds a row at the end. */
export function nextCell(by: -1 | 1): Command {
  return (state, dispatch, view) => {
    const p = placeOf(state);
    if (!p) return false;
    const to = p.grid.cells[p.grid.cells.indexOf(p.cell) + by];
    if (!to) return by > 0 ? addRow(true)(state, dispatch, view) : false;
    dispatch?.(state.tr.setSelection(TextSelection.near(state.doc.resolve(to.pos + 1))).scrollIntoView());
    return true;
  };
}

const toggleCaption: Command = (state, dispatch) => {
  const p = placeOf(state);
  if (!p) return false;
  const first = p.table.firstChild!, tr = state.tr;
  if (first.type === table_caption) tr.delete(p.pos + 1, p.pos + 1 + first.nodeSize);
  else { tr.insert(p.pos + 1, table_caption!.create()); tr.setSelection(TextSelection.create(tr.doc, p.pos + 2)); }
  dispatch?.(tr.scrollIntoView());
  return true;
};

export function newTable(rows = 3, columns = 3): Node {
  const line = (r: number) => table_row!.create(null, Array.from({ length: columns }, () => empty(r === 0 ? { header: true, scope: 'col' } : {})));
  return schema.nodes.table!.create(null, Array.from({ length: rows }, (_, r) => line(r)));
}

export const table: BlockSpec = {
  node: 'table', icon: 'table', label: 'editor.block.table', body: 'table',
  build(view: BlockView) {
    const act = (key: string, command: Command) => textButton(view.ctx.t(key), () => {
      const pos = view.getPos();
      if (pos === undefined) return;
      const { state } = view.view, inside = state.selection.from > pos && state.selection.to < pos + view.node.nodeSize;
      if (!inside) view.view.dispatch(state.tr.setSelection(TextSelection.near(state.doc.resolve(pos + 3))));
      command(view.view.state, view.view.dispatch, view.view);
      view.view.focus();
    });
    view.foot.append(h('div', { class: 'ed-table-tools', role: 'group', 'aria-label': view.ctx.t('editor.table.tools') },
      act('editor.table.rowabove', addRow(false)), act('editor.table.rowbelow', addRow(true)), act('editor.table.colbefore', addColumn(false)), act('editor.table.colafter', addColumn(true)),
      act('editor.table.delrow', deleteRow), act('editor.table.delcol', deleteColumn), act('editor.table.headrow', headerRow), act('editor.table.headcol', headerColumn), act('editor.table.caption', toggleCaption)));
  },
};
