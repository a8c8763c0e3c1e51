import { Button, Field, Input } from '@fluentui/react-components'
import { useState, type ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import { ask } from '../api/client'
import { useAsk } from '../api/useAsk'
import { PageLink, setQuery, usePlace } from '../app/router'
import { time } from '../parts/format'
import { Answer, Empty, Page } from '../parts/States'
import { Table } from '../parts/Table'

export default function Audit(): ReactElement {
  const { t } = useTranslation()
  const { query } = usePlace()
  const who = query.get('who') ?? ''
  const [typed, setTyped] = useState(who)
  const [limit, setLimit] = useState(50)
  const asked = useAsk(`audit ${who} ${limit}`, signal => ask('listAudit', { limit, ...(who ? { who } : {}) }, undefined, { signal }), true)
  return (
    <Page title={t('page.audit')}>
      <form className="filters" role="search" onSubmit={e => { e.preventDefault(); setQuery({ who: typed.trim() }) }}>
        <Field label={t('audit.who')}><Input value={typed} onChange={(_, d) => setTyped(d.value)} /></Field>
        <Button type="submit">{t('audit.filter')}</Button>
      </form>
      <Answer asked={asked}>
        {page => (page.items.length === 0 ? <Empty>{who ? t('filter.nothing') : t('audit.none')}</Empty> : (
          <div className="card">
            <Table
              label={t('page.audit')} rows={page.items} id={a => a.id}
              columns={[
                { key: 'at', title: t('audit.at'), cell: a => time(a.at) },
                { key: 'who', title: t('audit.who'), cell: a => a.who || t('audit.nobody') },
                { key: 'action', title: t('audit.action'), name: true, cell: a => <><code>{a.action}</code>{a.job ? <> · <PageLink href={`/jobs/${a.job}`}>{t('job.job')}</PageLink></> : null}</> },
                { key: 'outcome', title: t('audit.outcome'), cell: a => (a.outcome < 400 ? t('audit.done', { status: String(a.outcome) }) : t('audit.refused', { status: String(a.outcome) })) },
                { key: 'target', title: t('audit.target'), wide: true, cell: a => <code className="anywhere">{a.target}</code> },
                { key: 'from', title: t('audit.from'), wide: true, cell: a => `${a.address} (${a.via})` },
              ]}
            />
            {page.next && limit < 1000 ? <div><Button onClick={() => setLimit(Math.min(1000, limit * 2))}>{t('action.more')}</Button></div> : null}
          </div>
        ))}
      </Answer>
    </Page>
  )
}
