using System.Globalization;
using Microsoft.AspNetCore.Identity;
using Stillpoint.Model;

namespace Stillpoint.Server.Access;

/// <summary>Hashes by ASP.NET Identity's hasher (PBKDF2 with a salt of its own each). Checking one that does not exist takes as long.</summary>
internal sealed class Passwords
{
    public const int Least = 12, Most = 256;

    private static readonly object Nobody = new();
    private readonly PasswordHasher<object> _hasher = new();
    private readonly string _nobodys;

    public Passwords() => _nobodys = _hasher.HashPassword(Nobody, "the password of nobody");

    /// <exception cref="FailureException">PasswordTooShort.</exception>
    public string Hash(string password)
    {
        if (password.Length is < Least or > Most)
            throw new FailureException(
                FailureCode.PasswordTooShort, Stage.Input, ("least", Least.ToString(CultureInfo.InvariantCulture)), ("most", Most.ToString(CultureInfo.InvariantCulture)));
        return _hasher.HashPassword(Nobody, password);
    }

    /// <param name="hash">Null: there is no such user.</param>
    public bool Fits(string? hash, string password)
    {
        if (password.Length > Most) return false;
        var fits = _hasher.VerifyHashedPassword(Nobody, hash ?? _nobodys, password) is not PasswordVerificationResult.Failed;
        return fits && hash is not null;
    }
}
