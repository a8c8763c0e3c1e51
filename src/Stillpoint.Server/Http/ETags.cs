using System.Globalization;
using Stillpoint.Model;

namespace Stillpoint.Server.Http;

/// <summary>The version that was read, so that nobody overwrites what they have not seen.</summary>
internal static class ETags
{
    public static void Set(HttpContext context, long version) => context.Response.Headers.ETag = $"\"{version.ToString(CultureInfo.InvariantCulture)}\"";

    /// <returns>Null: any version will do.</returns>
    public static long? Match(HttpContext context)
    {
        var header = context.Request.Headers.IfMatch.ToString();
        if (header.Length == 0 || header == "*") return null;
        return long.TryParse(header.Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            ? version
            : throw new FailureException(FailureCode.ChangedMeanwhile, Stage.Input);
    }

    /// <exception cref="FailureException">RequestInvalid: no version was given.</exception>
    public static long? MustMatch(HttpContext context) =>
        context.Request.Headers.IfMatch.Count > 0 ? Match(context) : throw Requests.Invalid("If-Match", "the ETag that was read, or *");
}
