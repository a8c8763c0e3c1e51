using Stillpoint.Control.Catalog;
using Stillpoint.Model;

namespace Stillpoint.Control.Access;

/// <summary>Requests that must not start two jobs when they are sent twice: a caller's key stands for the job of its first request.</summary>
public sealed class RequestKeyTable(CatalogDatabase database, TimeProvider clock)
{
    /// <summary>For so long a key is remembered.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(2);

    /// <param name="digest">Of the request: another one under the same key is a mistake.</param>
    /// <param name="job">Taken if the key is new.</param>
    /// <returns>The job that the key stands for, and whether it is new.</returns>
    /// <exception cref="FailureException">RequestKeyReused.</exception>
    public (JobId Job, bool IsNew) Take(string who, string key, string digest, JobId job)
    {
        var result = (job, true);
        database.InTransaction(() =>
        {
            var now = clock.GetUtcNow();
            database.Execute("delete from request_key where created < $old", ("old", (now - Kept).ToUnixTimeMilliseconds()));
            var known = database.Query(
                "select digest, job from request_key where who = $who and key = $key", r => (Digest: r.GetString(0), Job: r.GetString(1)), ("who", who), ("key", key));
            if (known.Count == 0)
            {
                database.Execute(
                    "insert into request_key (who, key, digest, job, created) values ($who, $key, $digest, $job, $now)",
                    ("who", who), ("key", key), ("digest", digest), ("job", job.ToString()), ("now", now.ToUnixTimeMilliseconds()));
                return;
            }
            if (known[0].Digest != digest || !Ulid.TryParse(known[0].Job, out var first)) throw new FailureException(FailureCode.RequestKeyReused, Stage.Input, ("key", key));
            result = (new(first), false);
        });
        return result;
    }

    /// <summary>The request began nothing: it may be sent again.</summary>
    public void Drop(string who, string key) => database.Execute("delete from request_key where who = $who and key = $key", ("who", who), ("key", key));
}
