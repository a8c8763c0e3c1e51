import { Button } from '@fluentui/react-components'
import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import { ask, may } from '../api/client'
import { useAsk } from '../api/useAsk'
import { navigate, PageLink } from '../app/router'
import { number } from '../parts/format'
import { Answer, Empty, Page } from '../parts/States'
import { Table } from '../parts/Table'
import { keepsText, spanText } from './policies/words'
import { word } from '../texts'

/** The name of a policy that is not there yet: no policy can be called so. */
export const newPolicy = '+'

export default function Policies(): ReactElement {
  const { t } = useTranslation()
  const asked = useAsk('policies', signal => ask('listPolicies', {}, undefined, { signal }))
  return (
    <Page title={t('page.policies')} actions={may('admin', true) ? <Button appearance="primary" onClick={() => navigate(`/policies/${newPolicy}`)}>{t('policies.new')}</Button> : null}>
      <Answer asked={asked}>
        {found => (found.length === 0 ? <Empty>{t('policies.none')}</Empty> : (
          <div className="card">
            <Table
              label={t('page.policies')} rows={found} id={p => p.name}
              columns={[
                { key: 'name', title: t('policies.name'), name: true, cell: p => <PageLink href={`/policies/${encodeURIComponent(p.name)}`}>{p.name}</PageLink> },
                { key: 'when', title: t('policies.schedules'), cell: p => (p.policy.schedules?.length ? p.policy.schedules.map(s => <div key={s}><code>{s}</code></div>) : t('policies.on-demand')) },
                { key: 'keeps', title: t('policies.keeps'), wide: true, cell: p => keepsText(t, p.policy.retention) },
                { key: 'wanted', title: t('points.consistency'), wide: true, cell: p => word('consistency', p.policy.capture?.wanted ?? 'file-system') },
                { key: 'objective', title: t('policies.objective'), wide: true, cell: p => (p.policy.objective ? spanText(p.policy.objective) : t('policies.no-objective')) },
                { key: 'vms', title: t('settings.vms'), number: true, cell: p => number(p.vms.length) },
              ]}
            />
          </div>
        ))}
      </Answer>
    </Page>
  )
}
