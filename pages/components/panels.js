// Draws what panels.py hands over: leaderboards, figures, filter pills, the week by hours.
// Every text goes in as a text node, so nothing that the public wrote can become markup.

const make = (tag, className, text) => {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined && text !== null) node.textContent = text;
  return node;
};

const button = (className, text, act, payload, options = {}) => {
  const node = make('button', className, text);
  node.type = 'button';
  node.dataset.id = Object.values(payload).join('|');
  if (options.hint) node.title = options.hint;
  if (options.pressed !== undefined) node.setAttribute('aria-pressed', String(options.pressed));
  if (options.label) node.setAttribute('aria-label', options.label);
  if (options.disabled) node.disabled = true;
  else node.onclick = () => act(node, payload);
  return node;
};

// A name whose end is what tells it from its neighbours keeps that end when it is shortened.
const named = (className, text, end) => {
  const node = make('span', end ? `${className} ended` : className, end ? null : text);
  if (end) node.append(make('span', 'start', text.slice(0, -end.length)), make('span', 'end', end));
  return node;
};

const boardRow = (board, row, act) => {
  const state = row.selected ? ' selected' : row.excluded ? ' excluded' : board.chosen ? ' other' : '';
  const line = make('div', `row${state}${row.usable ? '' : ' unstated'}`);
  const bar = make('span', 'bar');
  bar.style.width = `${Math.round(row.bar * 1000) / 10}%`;
  const pick = button('pick', null, act, { act: 'toggle', board: board.key, code: row.code }, {
    hint: row.hint, pressed: row.selected, disabled: !row.usable,
  });
  pick.append(
    bar,
    named('label', row.label, row.end),
    make('span', 'value', row.value),
    make('span', 'share', row.share),
    make('span', `change ${row.tone}`, row.change),
  );
  line.append(pick);
  const tools = make('span', 'tools');
  if (row.usable && board.excludes) {
    tools.append(button('tool', row.excluded ? '恢复' : '排除', act,
      { act: 'exclude', board: board.key, code: row.code },
      { label: `${row.excluded ? '恢复' : '排除'}${row.label}` }));
  }
  if (row.drills) {
    tools.append(button('tool', '下钻', act, { act: 'drill', board: board.key, code: row.code },
      { label: `${row.label}下钻` }));
  }
  line.append(tools);
  return line;
};

const board = (each, act) => {
  const card = make('section', `board${each.wide ? ' wide' : ''}${each.heads[2] ? '' : ' uncompared'}`);
  card.dataset.board = each.key;
  card.setAttribute('aria-label', each.title);
  const head = make('header');
  head.append(make('h3', null, each.title));
  const path = make('nav', 'crumbs');
  each.crumbs.forEach((crumb, i) => {
    if (i) path.append(make('span', 'then', '›'));
    path.append(i === each.crumbs.length - 1
      ? make('span', 'here', crumb.label)
      : button('crumb', crumb.label, act, { act: 'up', board: each.key, code: crumb.code }));
  });
  head.append(path);
  if (each.more) {
    head.append(button('more', each.note, act, { act: 'more', board: each.key, code: '' },
      { hint: '查看全部并搜索' }));
  } else {
    head.append(make('span', 'note', each.note));
  }
  card.append(head);
  const names = make('div', 'row names');
  const pick = make('span', 'pick');
  pick.append(make('span', 'label', each.level), ...each.heads.map((text, i) =>
    make('span', ['value', 'share', 'change'][i], text)));
  names.append(pick);
  card.append(names);
  each.rows.forEach((row) => card.append(boardRow(each, row, act)));
  if (!each.rows.length) card.append(make('p', 'empty', each.empty));
  return card;
};

let sought = '';
const searchOver = (cards, prompt) => {
  const field = make('input', 'search');
  field.type = 'search';
  field.placeholder = prompt;
  field.setAttribute('aria-label', prompt);
  field.value = sought;
  const apply = () => {
    sought = field.value;
    cards.forEach((card) => card.querySelectorAll('.row:not(.names)').forEach((row) => {
      row.hidden = !row.querySelector('.label').textContent.includes(sought.trim());
    }));
  };
  field.oninput = apply;
  apply();
  return field;
};

const LONG_FIGURE = 8;

const tile = (each, act) => {
  const node = button(each.selected ? 'tile selected' : 'tile', null, act,
    { act: 'measure', code: each.code }, { hint: each.hint, pressed: each.selected });
  const figure = make('span', each.value.length + each.unit.length > LONG_FIGURE ? 'figure long' : 'figure');
  figure.append(make('strong', null, each.value), make('small', null, each.unit));
  const changes = make('span', 'changes');
  each.changes.forEach((change) => {
    const part = make('span', null);
    if (change.hint) part.title = change.hint;
    part.append(make('i', null, change.label), make('b', change.tone, change.text));
    changes.append(part);
  });
  node.append(make('span', 'label', each.label), figure, changes);
  return node;
};

const pill = (each, act) => {
  const node = button(each.excluded ? 'pill excluded' : 'pill', null, act,
    { act: 'remove', code: each.code }, { label: `移除条件：${each.label}${each.text}`, hint: each.text });
  node.append(make('b', null, each.label), make('span', 'text', each.text), make('span', 'close', '×'));
  return node;
};

const week = (data, act) => {
  const table = make('div', 'hours');
  table.append(make('span', 'corner'));
  data.hours.forEach((hour, i) => table.append(button(
    `hour${hour.selected ? ' selected' : ''}`, i % 3 ? '' : hour.label, act,
    { act: 'toggle', board: 'hour', code: hour.code }, { hint: hour.hint, pressed: hour.selected })));
  data.days.forEach((day) => {
    table.append(button(`day${day.selected ? ' selected' : ''}`, day.label, act,
      { act: 'toggle', board: 'weekday', code: day.code }, { hint: day.hint, pressed: day.selected }));
    day.cells.forEach((cell) => {
      const node = button(`cell${cell.dimmed ? ' dimmed' : ''}`, null, act,
        { act: 'moment', board: day.code, code: cell.code }, { hint: cell.hint, label: cell.hint });
      node.style.setProperty('--depth', cell.depth);
      table.append(node);
    });
  });
  return table;
};

const step = (each) => {
  const node = make('div', `step ${each.state}${each.late ? ' late' : ''}`);
  node.append(make('strong', null, each.label), make('span', 'when', each.when));
  if (each.took) node.append(make('span', 'took', each.took));
  if (each.due) node.append(make('span', 'due', each.due));
  if (each.mark) node.append(make('span', 'mark', each.mark));
  return node;
};

const group = (each) => {
  const section = make('section');
  const list = make('dl');
  each.fields.forEach((field) => list.append(
    make('dt', null, field.label), make('dd', field.known ? null : 'unknown', field.text)));
  section.append(make('h3', null, each.title), list);
  return section;
};

const withMarks = (node, text, marked) => {
  let rest = text;
  while (rest) {
    const hits = marked.map((word) => [rest.indexOf(word), word]).filter(([at]) => at >= 0);
    if (!hits.length) break;
    const [at, word] = hits.sort((a, b) => a[0] - b[0] || b[1].length - a[1].length)[0];
    node.append(rest.slice(0, at), make('mark', null, word));
    rest = rest.slice(at + word.length);
  }
  node.append(rest);
  return node;
};

const headOf = (column, act) => {
  const cell = make('th', column.right ? 'right' : null);
  cell.scope = 'col';
  if (column.width) cell.style.width = `${column.width}px`;
  if (column.sort) {
    cell.append(button(column.sorted ? 'sort sorted' : 'sort', `${column.label}${column.sorted ? ' ↓' : ''}`, act,
      { act: 'sort', code: column.sort }, { pressed: column.sorted, hint: `按${column.label}由大到小、由近到远排列` }));
  } else cell.append(column.label);
  return cell;
};

const recordRow = (row, columns, marked, act) => {
  const line = make('tr');
  line.onclick = () => {
    if (!document.getSelection()?.toString()) act(line, { act: 'open', code: row.code });
  };
  row.cells.forEach((lines, i) => {
    const cell = make('td', columns[i].right ? 'right' : null);
    lines.forEach((text, n) => {
      const part = make('div', n ? 'under' : lines.length > 1 ? 'over' : 'alone');
      part.title = text;
      if (!i && !n) {
        part.append(button('open', text || '—', act, { act: 'open', code: row.code },
          { label: `查看诉求${row.code}` }));
      } else withMarks(part, text || '—', marked);
      cell.append(part);
    });
    line.append(cell);
  });
  return line;
};

const table = (data, act) => {
  const whole = make('table');
  const head = make('thead');
  const names = make('tr');
  const body = make('tbody');
  names.append(...data.columns.map((column) => headOf(column, act)));
  head.append(names);
  body.append(...data.rows.map((row) => recordRow(row, data.columns, data.marked, act)));
  whole.append(head, body);
  return whole;
};

// A column of text without a width takes what is left, and gives way before figures do.
const columnClasses = (column) => [
  column.right ? 'right' : '', column.wrap ? 'wrap' : '', column.right || column.width ? '' : 'rest'];

const hintOf = (cell, column) => {
  const hint = cell.hint || '';
  return column.right || hint.includes(cell.text) ? hint : [cell.text, hint].filter(Boolean).join('\n');
};

const gridCell = (cell, i, row, data, act) => {
  const column = data.columns[i];
  const node = make('td', [...columnClasses(column), cell.tone].filter(Boolean).join(' '));
  if (cell.bar !== undefined) {
    const bar = make('span', 'bar');
    bar.style.width = `${Math.round(cell.bar * 1000) / 10}%`;
    node.append(bar);
  }
  if (i || !row.usable) {
    node.append(named('text', cell.text, cell.end));
    node.title = hintOf(cell, column);
  } else {
    const pick = button('pick', null, act, { act: 'toggle', board: data.board, code: row.code },
      { hint: hintOf(cell, column), pressed: row.selected });
    pick.append(named('text', cell.text, cell.end));
    node.append(pick);
  }
  return node;
};

// Share of its width that a column keeps where names need the room.
const LEAST_WIDTH = 0.8;

const grid = (data, act) => {
  if (!data.rows.length) return make('p', 'empty', data.empty);
  const whole = make('table');
  const head = make('tr');
  const body = make('tbody');
  whole.setAttribute('aria-label', data.title);
  const resting = data.columns.filter((column) => !column.right && !column.width).length;
  data.columns.forEach((column) => {
    const cell = make('th', columnClasses(column).filter(Boolean).join(' '), column.label);
    cell.scope = 'col';
    cell.title = column.hint || '';
    if (column.width) {
      cell.style.width = `${column.width}px`;
      if (resting) cell.style.minWidth = `${Math.round(column.width * LEAST_WIDTH)}px`;
    } else if (!column.right) cell.style.width = `${Math.floor(100 / resting)}%`;
    head.append(cell);
  });
  data.rows.forEach((row) => {
    const line = make('tr', `${row.usable ? 'usable' : ''}${row.selected ? ' selected' : ''}`);
    line.dataset.code = row.code;
    if (row.usable) {
      line.onclick = (event) => {
        if (event.target.closest('button') || String(getSelection())) return;
        act(line, { act: 'toggle', board: data.board, code: row.code });
      };
    }
    row.cells.forEach((cell, i) => line.append(gridCell(cell, i, row, data, act)));
    if (row.tools.length) {
      const tools = make('td', 'right');
      row.tools.forEach((tool) => tools.append(button('tool', tool.label, act,
        { act: tool.act, board: data.board, code: row.code }, { label: `${row.cells[0].text}${tool.label}` })));
      line.append(tools);
    }
    body.append(line);
  });
  const top = make('thead');
  top.append(head);
  whole.append(top, body);
  return whole;
};

const draw = {
  boards: (data, act) => {
    const cards = data.boards.map((each) => board(each, act));
    return data.search ? [searchOver(cards, data.search), ...cards] : cards;
  },
  tiles: (data, act) => data.tiles.map((each) => tile(each, act)),
  pills: (data, act) => [
    ...data.pills.map((each) => pill(each, act)),
    ...(data.clear ? [button('clear', data.clear, act, { act: 'clear', code: '' })] : []),
  ],
  week: (data, act) => [week(data, act)],
  course: (data) => data.steps.map(step),
  fields: (data) => data.groups.map(group),
  table: (data, act) => [table(data, act)],
  grid: (data, act) => [grid(data, act)],
};

const DOUBLE_CLICK_MS = 300;
const DOUBLE_CLICK_PIXELS = 6;

export default function (component) {
  const { parentElement, data, setTriggerValue } = component;
  const root = parentElement.querySelector('.panels');
  root.send = (payload) => setTriggerValue('act', payload);
  root.classList.remove('waiting');
  root.querySelector('.clicked')?.classList.remove('clicked');
  // A node that is replaced between press and release of the mouse loses the click.
  const written = JSON.stringify(data);
  if (root.written === written) return;
  root.written = written;
  // What is drawn anew under the pointer must not get the second half of a double click.
  root.onpointerdown = (event) => { root.at = [event.clientX, event.clientY]; };
  const act = (node, payload) => {
    const at = root.at;
    root.at = null;
    const [x, y, when] = root.clicked || [0, 0, 0];
    const near = at && Math.hypot(at[0] - x, at[1] - y) < DOUBLE_CLICK_PIXELS;
    if (near && Date.now() - when < DOUBLE_CLICK_MS) return;
    if (at) root.clicked = [...at, Date.now()];
    root.classList.add('waiting');
    node.classList.add('clicked');
    root.send(payload);
  };
  const focused = (parentElement.activeElement || document.activeElement)?.dataset?.id;
  root.className = `panels ${data.kind}${data.inRow ? ' in-row' : ''}`;
  root.replaceChildren(...draw[data.kind](data, act));
  if (focused) {
    const again = [...root.querySelectorAll('[data-id]')].find((each) => each.dataset.id === focused);
    again?.focus({ preventScroll: true });
  }
}
