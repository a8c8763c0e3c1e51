namespace Stillpoint.Vault.Stores;

/// <summary>The alphabet of object names. A name from inside a vault is never trusted to be a path.</summary>
public static class BlobNames
{
    /// <exception cref="ArgumentException">Not a name.</exception>
    public static string Checked(string name) => IsValid(name) ? name : throw new ArgumentException($"not an object name: {name}", nameof(name));

    public static bool IsValid(string name)
    {
        if (name.Length is 0 or > 200 || name[0] is '/' or '.' || name[^1] is '/') return false;
        for (var i = 0; i < name.Length; i++)
        {
            var c = name[i];
            if (!(char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '.' or '-' or '/')) return false;
            if (c == '/' && name[i + 1] is '/' or '.') return false;
        }
        return true;
    }
}

/// <summary>Names for unfinished files: no two processes or threads make the same.</summary>
internal sealed class TemporaryNames
{
    private readonly string _prefix = $"{Environment.ProcessId}-{Guid.NewGuid():N}-";
    private long _next;

    public string Next() => _prefix + Interlocked.Increment(ref _next).ToString(System.Globalization.CultureInfo.InvariantCulture);
}
