// Puts Streamlit's own English words into Chinese as they appear. WORDS comes from streamlit_words.py.
// What the app itself draws in shadow roots is out of its reach; elsewhere place and wording must both fit.

const ATTRIBUTES = ['aria-label', 'placeholder', 'title'];
const INSTALLED = Symbol.for('streamlit-words');
const LONGEST = 200;
const ENGLISH = /[A-Za-z]{2}/;

const plain = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

const tableOf = (part) => {
  const exact = new Map();
  const patterns = [];
  WORDS.forEach((group) => Object.entries(group[part] || {}).forEach(([english, chinese]) => {
    const entry = { place: group.place, chinese };
    if (!english.includes('{}')) exact.set(english, [...(exact.get(english) || []), entry]);
    else patterns.push({ ...entry, form: new RegExp(`^${english.split('{}').map(plain).join('(.*)')}$`, 's') });
  }));
  return { exact, patterns };
};

const texts = tableOf('texts');
const labels = tableOf('labels');

// A tooltip stands at the end of the document; it belongs to what it explains.
const homeOf = (element) => {
  const tooltip = element.closest('[role="tooltip"][id]');
  return tooltip ? document.querySelector(`[aria-describedby="${CSS.escape(tooltip.id)}"]`) : element;
};

const chineseFor = (table, text, element) => {
  if (!text || text.length > LONGEST || !ENGLISH.test(text)) return null;
  const fits = ({ place }) => element?.closest(place) || homeOf(element)?.closest(place);
  const exact = (table.exact.get(text) || []).find(fits);
  if (exact) return exact.chinese;
  for (const pattern of table.patterns) {
    const found = pattern.form.exec(text);
    if (found && fits(pattern)) return found.slice(1).reduce((said, part) => said.replace('{}', () => part), pattern.chinese);
  }
  return null;
};

const sayText = (node) => {
  const chinese = node.parentElement && chineseFor(texts, node.data, node.parentElement);
  if (chinese !== null) node.data = chinese;
};

const sayLabel = (element, name) => {
  const chinese = chineseFor(labels, element.getAttribute(name), element);
  if (chinese !== null) element.setAttribute(name, chinese);
};

const say = (root) => {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
  for (let node = root; node; node = walker.nextNode()) {
    if (node.nodeType === Node.TEXT_NODE) sayText(node);
    else if (node.nodeType === Node.ELEMENT_NODE) ATTRIBUTES.forEach((name) => sayLabel(node, name));
  }
};

const heard = (records) => records.forEach((record) => {
  if (record.type === 'childList') record.addedNodes.forEach(say);
  else if (record.type === 'attributes') sayLabel(record.target, record.attributeName);
  else sayText(record.target);
});

export default function () {
  if (document[INSTALLED]) return;
  document[INSTALLED] = new MutationObserver(heard);
  document.documentElement.lang = 'zh-CN';
  say(document.body);
  document[INSTALLED].observe(document.body, {
    subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ATTRIBUTES,
  });
}
