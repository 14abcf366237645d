// Keeps the page up to date: the server sends pieces of HTML that have changed, by the id of the element that holds them.
'use strict';

const light = document.getElementById('live');
const answer = document.getElementById('answer');

function show(state, text) {
  light.dataset.state = state;
  light.textContent = text;
}

function listen() {
  const source = new EventSource('/api/live');
  source.addEventListener('parts', (event) => {
    for (const [id, content] of Object.entries(JSON.parse(event.data))) {
      const place = document.getElementById(id);
      if (place !== null) place.innerHTML = content;
    }
    show('on', 'live');
  });
  source.addEventListener('error', () => {
    show('off', 'connecting…');
    // The browser tries again by itself, unless the answer was no stream at all.
    if (source.readyState === EventSource.CLOSED) setTimeout(listen, 5000);
  });
}

function say(text) {
  answer.textContent = text;
  answer.hidden = text === '';
}

/** Sends the form without leaving the page. What it changes comes by the stream. */
async function submit(form) {
  const button = form.querySelector('button');
  button.disabled = true;
  say('');
  try {
    const body = new URLSearchParams(new FormData(form));
    const response = await fetch(form.action, { method: 'POST', body, headers: { accept: 'application/json' } });
    if (!response.ok) say((await response.json()).error);
  } catch {
    say('The board does not answer.');
  }
  button.disabled = false;
}

document.addEventListener('submit', (event) => {
  event.preventDefault();
  void submit(event.target);
});
document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') for (const open of document.querySelectorAll('details[open]')) open.open = false;
});

show('off', 'connecting…');
listen();
