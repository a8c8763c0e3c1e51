using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;
using Stillpoint.Contracts;
using Stillpoint.Control.Access;
using Stillpoint.Control.Catalog;
using Stillpoint.Model;
using Stillpoint.Server.Access;
using Stillpoint.Server.Http;

namespace Stillpoint.Server.Jobs;

/// <summary>Begins a job once for each idempotency key: sent again, the request is answered with the job of the first time.</summary>
internal sealed class JobStarter(RunningJobs running, AccessTables access, JobTable jobs, TimeProvider clock)
{
    public const string KeyHeader = "Idempotency-Key";

    /// <param name="asked">The request as text: another one under the same key is refused.</param>
    public async Task<Accepted<JobStarted>> StartAsync(
        HttpContext context, string asked, Func<JobId, Func<IJobEvents, CancellationToken, Task>> work)
    {
        var id = JobId.New(clock);
        var (who, key) = (context.Caller().Name, context.Request.Headers[KeyHeader].ToString());
        if (key.Length > 0)
        {
            Requests.Text(KeyHeader, key, 100);
            var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(asked)));
            (id, var isNew) = access.RequestKeys.Take(who, key, digest, id);
            // A key without a job is of a process that died between the two.
            if (!isNew && (running.IsRunning(id) || jobs.Has(id))) return Answer(context, id);
        }
        try
        {
            await running.StartAsync(id, work(id));
        }
        catch (FailureException) when (key.Length > 0)
        {
            access.RequestKeys.Drop(who, key);
            throw;
        }
        return Answer(context, id);
    }

    private static Accepted<JobStarted> Answer(HttpContext context, JobId id)
    {
        AuditTrail.TellJob(context, id);
        return TypedResults.Accepted($"/api/v1/jobs/{id}", new JobStarted(id.ToString()));
    }
}
