import type { CrawlDefinition } from '@trawl/shared/domain/crawl-definition.ts';
import { type CrawlSettings, crawlSettings } from '@trawl/shared/domain/crawl-settings.ts';
import { showNumberOf } from '@trawl/shared/domain/quantities.ts';
import type { SinkSpec, SourceSpec } from '@trawl/shared/domain/run.ts';
import type { Schedule } from '@trawl/shared/domain/schedule.ts';
import type { Kind } from '@trawl/shared/domain/setting.ts';
import { scheduleWords } from '../schedules/schedule-words.ts';
import { shownSource } from '../source/shown-source.ts';
import { inColumns } from '../text/columns.ts';
import { showTime } from '../text/times.ts';

/** All crawls as a table. */
export const crawlLines = (
  crawls: readonly { crawl: CrawlDefinition; schedule: Schedule | undefined }[],
  program: string,
): string[] => {
  if (crawls.length === 0) return [`There are no crawls yet. ${program} crawl add FILE adds one.`];
  const rows = crawls.map(({ crawl, schedule }) => [
    crawl.name,
    String(crawl.version),
    showTime(crawl.createdAtMs),
    schedule === undefined ? '-' : scheduleWords(schedule),
    sourceWords(crawl.source),
  ]);
  return inColumns([['crawl', 'version', 'since (UTC)', 'schedule', 'source'], ...rows], { indent: 0, right: [1] });
};

/** One crawl, for a person: settings that are the usual ones are not repeated. */
export const crawlText = (crawl: CrawlDefinition, schedule: Schedule | undefined, program: string): string[] => {
  const { name, version, source, sinks, createdAtMs } = crawl;
  return [
    `Crawl ${name}`,
    '',
    ...inColumns([
      ['version', `${version}, since ${showTime(createdAtMs)} UTC`],
      ['source', sourceWords(source)],
      ...sinks.map((sink) => ['records', sinkWords(sink)]),
      ['schedule', schedule === undefined ? 'none' : scheduleWords(schedule)],
      ...unusualSettings(crawl.settings),
      ['next', `${program} crawl start ${name}`],
    ]),
  ];
};

/** A definition that may be shown: headers and URLs can carry credentials. */
export const shownCrawl = (crawl: CrawlDefinition): CrawlDefinition => ({
  ...crawl,
  source: shownSource(crawl.source),
  settings: withoutHeaderValues(crawl.settings),
});

const withoutHeaderValues = (settings: CrawlSettings): CrawlSettings => {
  const hidden = Object.fromEntries(Object.keys(settings.headers).map((name) => [name, '[not shown]']));
  return { ...settings, headers: hidden };
};

function unusualSettings(settings: CrawlSettings): string[][] {
  const shown = withoutHeaderValues(settings) as Record<string, unknown>;
  return Object.entries(crawlSettings).flatMap(([key, row]) => {
    const kind = row.kind as Kind<unknown>;
    const text = kind.show(shown[key]);
    return text === kind.show(row.default) ? [] : [[row.flag, text]];
  });
}

function sourceWords(source: SourceSpec): string {
  switch (source.kind) {
    case 'urls':
      return showNumberOf(source.urls.length, 'URL');
    case 'csv':
      return `${source.path}, column ${source.column}`;
    case 'jsonl':
      return `${source.path}, field ${source.field}`;
    case 'text':
    case 'stdin':
      return source.path;
  }
}

function sinkWords(sink: SinkSpec): string {
  switch (sink.kind) {
    case 'jsonl':
      return sink.path;
    case 'redis':
      return 'kept in Redis';
  }
}
