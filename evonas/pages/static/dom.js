'use strict';
// Elements and numbers. Text goes in as text everywhere, so that nothing in a run becomes markup.

const SVG = 'http://www.w3.org/2000/svg';

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === 'text') element.textContent = value;
    else if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name === 'value' || name === 'checked' || name === 'disabled') element[name] = value;
    else element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

function el(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

function svg(name, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, name), attributes, children);
}

function byId(id) {
  return document.getElementById(id);
}

function trimmed(text) {
  return text.includes('.') ? text.replace(/0+$/, '').replace(/\.$/, '') : text;
}

// As a tick says it: 116.2M.
function short(value) {
  const size = Math.abs(value);
  for (const [factor, letter] of [[1e12, 'T'], [1e9, 'G'], [1e6, 'M'], [1e3, 'k']]) {
    if (size >= factor && size < 1e15) return trimmed((value / factor).toPrecision(6)) + letter;
  }
  if (size !== 0 && (size < 1e-4 || size >= 1e15)) {
    return trimmed(value.toExponential(3).replace(/e.*/, '')) + value.toExponential().replace(/.*e/, 'e');
  }
  return trimmed(value.toPrecision(6));
}

// As a table says it: whole where it is whole, else five digits.
function exact(value) {
  if (value === null || value === undefined) return '–';
  if (typeof value !== 'number') return String(value);
  if (Number.isInteger(value)) return value.toLocaleString('en');
  const size = Math.abs(value);
  if (size >= 1000 && size < 1e12) return Number(value.toPrecision(6)).toLocaleString('en');
  if (size >= 1e-4 && size < 1000) return trimmed(value.toPrecision(5));
  return value.toExponential(4);
}

function unitOf(column) {
  return column.unit ? ` [${column.unit}]` : '';
}

function nounOf(n, word) {
  return `${n.toLocaleString('en')} ${word}${n === 1 ? '' : 's'}`;
}

function announce(text) {
  byId('announcement').textContent = text;
}

function copyButton(text, what) {
  const button = el('button', { type: 'button', class: 'copy', 'aria-label': `Copy ${what}`, text: 'Copy' });
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = el('textarea', { class: 'unseen', value: text });
      document.body.append(area);
      area.select();
      document.execCommand('copy');
      area.remove();
      button.focus();
    }
    button.textContent = 'Copied';
    announce(`Copied: ${text}`);
    setTimeout(() => { button.textContent = 'Copy'; }, 1500);
  });
  return button;
}
