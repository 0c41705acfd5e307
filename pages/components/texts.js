// Draws submissions as short texts with what a rule looked at marked; every part is a text node.
const texts = (data, act) => {
  const list = make('div', 'list');
  list.setAttribute('aria-label', data.title);
  data.rows.forEach((row) => {
    const item = make('article');
    const head = make('header');
    head.append(button('open', row.head, act, { act: 'open', code: row.code },
      { label: `查看诉求${row.code}` }));
    row.notes.forEach((note) => head.append(make('span', 'note', note)));
    const body = make('p');
    row.parts.forEach(([text, role]) => body.append(
      role ? make('mark', role, text) : document.createTextNode(text)));
    item.append(head, body);
    list.append(item);
  });
  if (!data.rows.length) list.append(make('p', 'empty', data.empty));
  return list;
};

Object.assign(draw, { texts: (data, act) => [texts(data, act)] });
