import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import type { PolicyPreviewView } from '../../generated/api'
import { Calendar, dayKey, type Mark } from '../../parts/Calendar'
import { minute, number } from '../../parts/format'
import { Empty } from '../../parts/States'
import { Table } from '../../parts/Table'
import { word } from '../../texts'

/** Months that are drawn: two that are over, this one, and the next. What is kept from longer ago is in the list. */
const before = 2
const drawn = 4
const listed = 200

/** When it runs next, and which points its retention keeps, on a calendar. */
export function Preview({ preview, real }: { preview: PolicyPreviewView; real: boolean }): ReactElement {
  const { t } = useTranslation()
  const today = new Date()
  return (
    <>
      <p className="legend">
        <span className="key kept" /> {real ? t('policies.is-kept') : t('policies.would-be-kept')}
        <span className="key run" /> {t('policies.window-opens')}
      </p>
      <Calendar from={new Date(today.getFullYear(), today.getMonth() - before, 1)} months={drawn} today={today} marks={marksOf(preview, t)} />
      <div className="two">
        <div>
          <h3>{t('policies.next-runs')}</h3>
          {preview.runs.length === 0 ? <Empty>{t('policies.on-demand')}</Empty> : (
            <ol className="runs">{preview.runs.slice(0, 10).map(r => <li key={r.opens}>{t('policies.window', { opens: minute(r.opens), closes: minute(r.closes) })}</li>)}</ol>
          )}
        </div>
        <div>
          <h3>{t('policies.kept')}</h3>
          {preview.kept.length === 0 ? <Empty>{t('policies.keeps-all')}</Empty> : (
            <>
              <p className="quiet">{t('policies.kept-of', { kept: number(preview.kept.length), all: number(preview.points) })}</p>
              <div className="scrolls" tabIndex={0} role="region" aria-label={t('policies.kept')}>
                <Table
                  label={t('policies.kept')} rows={preview.kept.slice(0, listed).map(k => ({ ...k, key: k.point ?? k.taken }))} id={k => k.key}
                  columns={[
                    { key: 'taken', title: t('points.taken'), cell: k => minute(k.taken) },
                    { key: 'why', title: t('policies.why-kept'), cell: k => k.reasons.map(r => word('keep', r)).join(', ') },
                  ]}
                />
              </div>
            </>
          )}
        </div>
      </div>
    </>
  )
}

function marksOf(preview: PolicyPreviewView, t: (key: string, values?: Record<string, string>) => string): Map<string, Mark> {
  const marks = new Map<string, Mark>()
  const add = (key: string, kind: 'kept' | 'run', line: string) => {
    const there = marks.get(key)
    if (there) marks.set(key, { kind: there.kind === kind ? kind : 'both', lines: [...there.lines, line] })
    else marks.set(key, { kind, lines: [line] })
  }
  for (const k of preview.kept) add(dayKey(k.taken), 'kept', `${minute(k.taken)}: ${k.reasons.map(r => word('keep', r)).join(', ')}`)
  for (const r of preview.runs) add(dayKey(r.opens), 'run', t('policies.window', { opens: minute(r.opens), closes: minute(r.closes) }))
  return marks
}
