import type { BoardUser } from '@trawl/shared/platform/board-credentials.ts';
import type { AssetPaths } from './assets.ts';
import { type Html, html } from './html.ts';
import { type PageParts, runsId } from './page-parts.ts';

/** The whole first page. */
export const fleetPage = (parts: PageParts, { user, assets }: { user: BoardUser; assets: AssetPaths }): string => {
  const section = (id: string): Html => ({ markup: parts.sections.get(id) ?? '' });
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>Trawl</title>
<link rel="icon" href="${assets.icon}" type="image/svg+xml">
${assets.styles.map((path) => html`<link rel="stylesheet" href="${path}">`)}
<script src="${assets.script}" defer></script>
</head>
<body>
<header class="top">
<h1><img src="${assets.icon}" alt="" width="24" height="24">Trawl</h1>
<nav><a href="/" aria-current="page">Fleet</a><a href="/queues">Queues</a></nav>
<p class="who"><span id="live" class="live" role="status" aria-label="live updates"></span><span class="name">${user.name}</span><span class="role">${user.role}</span></p>
</header>
<main>
<div id="notices">${section('notices')}</div>
<p id="answer" class="notice bad" role="alert" hidden></p>
<dl class="totals" id="totals">${section('totals')}</dl>
<section aria-labelledby="runs-title"><h2 id="runs-title">Runs <small id="run-count">${section('run-count')}</small></h2>
<div id="${runsId}">${{ markup: parts.runs }}</div></section>
<section aria-labelledby="schedules-title"><h2 id="schedules-title">Schedules</h2><div id="schedules">${section('schedules')}</div></section>
<section aria-labelledby="processes-title"><h2 id="processes-title">Processes</h2><div id="processes">${section('processes')}</div></section>
</main>
</body>
</html>
`.markup;
};
