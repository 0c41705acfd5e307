// Joined to panels.js: rankings with their trends, small multiples, and heat-maps of numbers.

const SVG = 'http://www.w3.org/2000/svg';

const shape = (tag, attributes) => {
  const node = document.createElementNS(SVG, tag);
  Object.entries(attributes).forEach(([name, value]) => node.setAttribute(name, value));
  return node;
};

// A line over 100 x 30 units, stretched to its place; a missing value leaves a gap.
const line = (values, { least, most, className, dots = true }) => {
  const picture = shape('svg', { viewBox: '0 0 100 30', preserveAspectRatio: 'none', class: className, 'aria-hidden': 'true' });
  const span = most - least || 1;
  const place = (value, i) => [
    values.length > 1 ? 1.5 + (97 * i) / (values.length - 1) : 50, 28 - (26 * (value - least)) / span];
  const parts = [];
  let last = null;
  values.forEach((value, i) => {
    if (value === null) return;
    const [x, y] = place(value, i);
    const joined = i && values[i - 1] !== null;
    parts.push(`${joined ? 'L' : 'M'}${x.toFixed(2)} ${y.toFixed(2)}${joined ? '' : 'h.01'}`);
    last = [x, y];
  });
  picture.append(shape('path', { d: parts.join(''), class: 'stroke' }));
  if (last && dots) picture.append(shape('path', { d: `M${last[0].toFixed(2)} ${last[1].toFixed(2)}h.01`, class: 'end' }));
  return picture;
};

// Of small multiples, so that the figure at the top of the axis stands above the line.
const HEADROOM = 1.25;

const stated = (values) => values.filter((value) => value !== null);

const sparkline = (row) => {
  const values = stated(row.trend);
  const cell = make('span', 'spark');
  cell.title = row.trendHint;
  if (values.length) cell.append(line(row.trend, { least: Math.min(...values), most: Math.max(...values), className: 'line' }));
  return cell;
};

const rankingRow = (data, row, act) => {
  const state = row.selected ? ' selected' : row.excluded ? ' excluded' : data.chosen ? ' other' : '';
  const whole = make('div', `row${state}${row.usable ? '' : ' unstated'}`);
  const pick = button('pick', null, act, { act: 'toggle', board: data.key, code: row.code }, {
    hint: row.hint, pressed: row.selected, disabled: !row.usable,
  });
  pick.append(make('span', 'rank', row.rank), make('span', `move ${row.move.tone}`, row.move.text));
  const name = make('span', 'label');
  const bar = make('span', 'bar');
  bar.style.width = `${Math.round(row.bar * 1000) / 10}%`;
  name.append(bar, make('span', 'text', row.label));
  if (row.tail) name.append(make('span', 'tail', row.tail));
  pick.append(name);
  row.cells.forEach((cell, i) => pick.append(make('span', `cell ${data.columns[i].name} ${cell.tone}`, cell.text)));
  pick.append(sparkline(row));
  whole.append(pick);
  const tools = make('span', 'tools');
  const tool = (act_, text) => tools.append(button('tool', text, act,
    { act: act_, board: data.key, code: row.code }, { label: `${text}${row.label}${row.tail}` }));
  if (row.focuses) tool('focus', '聚焦');
  if (row.drills) tool('drill', '下钻');
  if (row.usable && data.excludes) tool('exclude', row.excluded ? '恢复' : '排除');
  whole.append(tools);
  return whole;
};

const rankingHead = (data, act) => {
  const names = make('div', 'row names');
  const pick = make('span', 'pick');
  const head = (className, column) => {
    if (!column.sort) return make('span', className, column.label);
    const arrow = { down: '↓', up: '↑' }[column.sorted] || '';
    return button(`${className} sort${arrow ? ' sorted' : ''}`, `${column.label}${arrow}`, act,
      { act: 'sort', board: data.key, code: column.sort }, { hint: column.hint, pressed: Boolean(arrow) });
  };
  pick.append(make('span', 'rank', '名次'), head('move', data.move), make('span', 'label', data.level),
    ...data.columns.map((column) => head(`cell ${column.name}`, column)), make('span', 'spark', '走势'));
  names.append(pick);
  return names;
};

const numberField = (data, field, act) => {
  const whole = make('label', 'limit');
  const input = make('input');
  Object.assign(input, { type: 'number', min: field.min, step: field.step, value: field.value, placeholder: '不限' });
  input.setAttribute('aria-label', `${field.before}${field.after}`);
  input.dataset.id = `limit|${field.name}`;
  input.onchange = () => act(input, { act: 'limit', board: field.name, code: input.value });
  whole.append(field.before, input, field.after);
  return whole;
};

const measureField = (data, act) => {
  const select = make('select');
  select.setAttribute('aria-label', '指标');
  select.dataset.id = 'measure';
  data.measures.forEach((each) => {
    const option = make('option', null, each.label);
    option.value = each.code;
    option.selected = each.selected;
    select.append(option);
  });
  select.onchange = () => act(select, { act: 'measure', board: data.key, code: select.value });
  return select;
};

const ranking = (data, act) => {
  const card = make('section', 'board');
  card.dataset.board = data.key;
  card.setAttribute('aria-label', data.title);
  card.style.setProperty('--columns', ['24px', '36px', 'minmax(0, 1fr)', ...data.columns.map((each) => `${each.width}px`), '58px'].join(' '));
  card.style.setProperty('--figures', `${data.columns.reduce((sum, each) => sum + each.width + 4, 72)}px`);
  const head = make('header');
  head.append(make('h3', null, data.title));
  const path = make('nav', 'crumbs');
  data.crumbs.forEach((crumb, i) => {
    if (i) path.append(make('span', 'then', '›'));
    path.append(i === data.crumbs.length - 1
      ? make('span', 'here', crumb.label)
      : button('crumb', crumb.label, act, { act: 'up', board: data.key, code: crumb.code }));
  });
  head.append(path);
  if (data.measures.length) head.append(measureField(data, act));
  data.limits.forEach((field) => head.append(numberField(data, field, act)));
  card.append(head, rankingHead(data, act));
  data.rows.forEach((row) => card.append(rankingRow(data, row, act)));
  if (!data.rows.length) card.append(make('p', 'empty', data.empty));
  const foot = make('footer');
  foot.append(make('span', 'count', data.count));
  const turn = (text, page) => button('turn', text, act,
    { act: 'page', board: data.key, code: page }, { disabled: !page });
  if (data.previous || data.next) foot.append(turn('上一页', data.previous), turn('下一页', data.next));
  card.append(foot, ...data.notes.map((note) => make('p', 'base', note)));
  return card;
};

const multiple = (data, each, act) => {
  const card = button('multiple', null, act, { act: 'focus', board: data.key, code: each.code },
    { hint: each.hint, disabled: !each.usable });
  const head = make('span', 'head');
  head.append(make('span', 'value', each.value), make('span', `change ${each.tone}`, each.change));
  const values = stated(each.trend);
  const plot = make('span', 'plot');
  const most = data.most ?? Math.max(...values, 0);
  plot.append(make('span', 'top', each.top), line(each.trend, { least: 0, most: (most || 1) * HEADROOM, className: 'line', dots: false }));
  const axis = make('span', 'axis');
  axis.append(make('span', null, data.first), make('span', null, data.last));
  card.append(make('span', 'label', each.label), head, plot, axis);
  return card;
};

const heat = (data, act) => {
  const table = make('div', 'grid');
  table.style.setProperty('--count', data.columns.length);
  table.append(make('span', 'corner', data.corner));
  data.columns.forEach((column) => table.append(button(
    `column${column.selected ? ' selected' : ''}`, column.label, act,
    { act: 'toggle', board: data.columnKey, code: column.code }, { hint: column.hint, pressed: column.selected })));
  data.rows.forEach((row) => {
    table.append(button(`side${row.selected ? ' selected' : ''}`, row.label, act,
      { act: 'toggle', board: data.rowKey, code: row.code }, { hint: row.hint, pressed: row.selected }));
    row.cells.forEach((cell, i) => {
      const node = button('heat', cell.text, act,
        { act: 'cell', board: row.code, code: data.columns[i].code }, { hint: cell.hint, label: cell.hint, disabled: !cell.text });
      node.style.setProperty('--depth', cell.depth);
      table.append(node);
    });
  });
  return table;
};

Object.assign(draw, {
  ranking: (data, act) => [ranking(data, act)],
  multiples: (data, act) => data.items.map((each) => multiple(data, each, act)),
  heat: (data, act) => [heat(data, act)],
});
