using System.Security.Cryptography;
using System.Text;
using Stillpoint.Control.Access;
using Stillpoint.Model;

namespace Stillpoint.Server.Access;

/// <summary>The first administrator. While there is no user, each start makes a token that whoever reads the service's output can use once.</summary>
internal sealed class SetUp(AccessTables access, Passwords passwords, TimeProvider clock)
{
    private string? _token;

    /// <returns>Null: there are users.</returns>
    public string? Begin() => _token = access.Users.IsEmpty ? "setup-" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)) : null;

    /// <exception cref="FailureException">SetUpDone, SetUpTokenWrong, PasswordTooShort, RequestInvalid.</exception>
    public UserRecord Finish(string token, string name, string password)
    {
        if (!access.Users.IsEmpty || _token is null) throw new FailureException(FailureCode.SetUpDone, Stage.Input);
        if (!CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(token), Encoding.UTF8.GetBytes(_token)))
            throw new FailureException(FailureCode.SetUpTokenWrong, Stage.Input);
        var user = new UserRecord(UserRules.Name(name), Role.Admin, VmScope.All, passwords.Hash(password), null, 0, 1, clock.GetUtcNow());
        access.Users.Add(user, onlyFirst: true);
        _token = null;
        return user;
    }
}
