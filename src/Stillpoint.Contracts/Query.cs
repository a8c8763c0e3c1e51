using System.Globalization;

namespace Stillpoint.Contracts;

/// <summary>A path with what is asked for; values that are null are left out.</summary>
internal static class Query
{
    public static string Of(string path, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        var mark = '?';
        foreach (var (name, value) in values)
        {
            if (value is null) continue;
            var text = value is DateTimeOffset time ? time.UtcDateTime.ToString("O", CultureInfo.InvariantCulture) : Convert.ToString(value, CultureInfo.InvariantCulture)!;
            path += $"{mark}{name}={Uri.EscapeDataString(text)}";
            mark = '&';
        }
        return path;
    }

    /// <summary>One step of a path.</summary>
    public static string Step(string value) => Uri.EscapeDataString(value);
}
