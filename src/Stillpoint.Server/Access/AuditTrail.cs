using Stillpoint.Control.Access;
using Stillpoint.Model;

namespace Stillpoint.Server.Access;

/// <summary>Writes down every request that would change something, whatever became of it. Never a body: that is where secrets are.</summary>
internal sealed class AuditTrail(RequestDelegate next, AccessTables access, TimeProvider clock)
{
    private const int MostTarget = 500;

    /// <summary>What a handler adds for its own line.</summary>
    private static readonly object JobItem = new(), WhoItem = new(), TargetItem = new();

    public async Task InvokeAsync(HttpContext context)
    {
        await next(context);
        if (Gate.IsRead(context.Request.Method) || context.GetEndpoint() is not { } endpoint) return;
        if (endpoint.Metadata.GetMetadata<LooksOnly>() is not null && context.Response.StatusCode < 400) return;
        var now = clock.GetUtcNow();
        var caller = context.Features.Get<Caller>();
        var target = context.Request.Path.Value + context.Request.QueryString.Value + (context.Items[TargetItem] is string more ? " " + more : "");
        access.Audit.Add(new(
            Ulid.New(clock).ToString(), now, caller?.Name ?? context.Items[WhoItem] as string ?? "", caller?.Via ?? "anonymous",
            context.Connection.RemoteIpAddress?.ToString() ?? "", endpoint.Metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName ?? context.Request.Method,
            Shown(target), context.Response.StatusCode, context.Items[JobItem] as string));
    }

    public static void TellJob(HttpContext context, JobId job) => context.Items[JobItem] = job.ToString();

    /// <summary>Who tried to sign in.</summary>
    public static void TellWho(HttpContext context, string name) => context.Items[WhoItem] = Shown(name);

    public static void TellTarget(HttpContext context, string target) => context.Items[TargetItem] = target;

    private static string Shown(string text)
    {
        var clean = string.Concat(text.Select(c => char.IsControl(c) ? '?' : c));
        return clean.Length > MostTarget ? clean[..MostTarget] : clean;
    }
}

/// <summary>An endpoint that is asked by POST and changes nothing.</summary>
internal sealed record LooksOnly;
