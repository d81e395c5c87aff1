import { isDerived } from '../sql-service.ts';
import { metricsText, METRICS_TYPE } from '../metrics.ts';
import { route } from './route.ts';

export const getMetrics = route({
  method: 'GET',
  path: '/metrics',
  id: 'getMetrics',
  summary: 'Counters and gauges of streams, views and the server, for Prometheus',
  answers: [{ status: 200, summary: 'Text format 0.0.4', content: { 'text/plain': null } }],
  async handle({ response }, { engine, hub, sql }) {
    const [streams, views, activity] = await Promise.all([engine.streams(), engine.views(), engine.activity()]);
    const declared = streams.filter(({ name }) => !isDerived(sql.catalogue.get(name)));
    const { subscribers, resets } = hub.load();
    const memory = process.memoryUsage();
    const text = metricsText({ streams: declared, views, activity, subscribers, resets, memory, at: Date.now() });
    response.set('Content-Type', METRICS_TYPE).end(text);
  },
});
