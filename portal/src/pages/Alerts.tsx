import { Button, Switch } from '@fluentui/react-components'
import { useState, type ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import { ask, may } from '../api/client'
import { useLive } from '../api/live'
import { useAsk } from '../api/useAsk'
import { setQuery, usePlace } from '../app/router'
import type { AlertView } from '../generated/api'
import { Marked } from '../parts/Failure'
import { time } from '../parts/format'
import { Answer, Empty, ErrorBar, Page, Section } from '../parts/States'
import { Table } from '../parts/Table'
import { AlertWays } from './alerts/AlertWays'

const most = 500

/** What needs somebody's eye, and where it is told. */
export default function Alerts(): ReactElement {
  const { t } = useTranslation()
  const { query } = usePlace()
  const all = query.get('all') === 'yes'
  const asked = useAsk(`alerts ${all}`, signal => ask('listAlerts', { all, limit: most }, undefined, { signal }), true)
  useLive(asked.reload, n => n.kind === 'ended')
  const [error, setError] = useState<Error>()
  const clear = async (alert: AlertView) => {
    setError(undefined)
    try {
      await ask('clearAlert', { alert: alert.id })
      asked.reload()
    } catch (e) {
      setError(e as Error)
    }
  }
  return (
    <Page title={t('page.alerts')}>
      <Section title={t('alerts.open')} actions={<Switch label={t('alerts.all')} checked={all} onChange={(_, d) => setQuery({ all: d.checked ? 'yes' : '' })} />}>
        {error ? <ErrorBar error={error} /> : null}
        <Answer asked={asked}>
          {page => (page.items.length === 0 ? <Empty>{t('alerts.none')}</Empty> : (
            <Table
              label={t('alerts.open')} rows={page.items} id={a => a.id}
              columns={[
                { key: 'message', title: t('alerts.message'), cell: a => <><Marked text={a.message} /> <code className="quiet">{a.kind}</code></> },
                { key: 'raised', title: t('alerts.raised'), wide: true, cell: a => time(a.raised) },
                { key: 'seen', title: t('alerts.seen'), wide: true, cell: a => time(a.seen) },
                { key: 'end', title: t('alerts.end'), cell: a => <End alert={a} onClear={() => void clear(a)} /> },
              ]}
            />
          ))}
        </Answer>
      </Section>
      {may('admin', true) ? <AlertWays /> : null}
    </Page>
  )
}

function End({ alert, onClear }: { alert: AlertView; onClear: () => void }): ReactElement | null {
  const { t } = useTranslation()
  if (alert.cleared) return <span className="quiet">{t('alerts.over', { time: time(alert.cleared) })}</span>
  if (alert.hushed) return <span className="quiet">{t('alerts.hushed', { time: time(alert.hushed) })}</span>
  return may('operator') ? <Button size="small" aria-label={t('alerts.clear-this', { name: `${alert.name} (${alert.kind})` })} onClick={onClear}>{t('alerts.clear')}</Button> : null
}
