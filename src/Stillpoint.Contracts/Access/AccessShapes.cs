namespace Stillpoint.Contracts;

/// <summary>The first administrator, made with the token that the service printed at its first start.</summary>
public sealed record SetUpRequest(string Token, string Name, string Password);

/// <param name="Code">Six digits, where the user has a second factor.</param>
public sealed record SignInRequest(string Name, string Password, string? Code = null);

/// <summary>Who is asking.</summary>
/// <param name="Via"><c>session</c>, <c>token</c>, or <c>socket</c>: a program on this machine that may open the service's socket.</param>
/// <param name="Role">reader, operator, admin.</param>
/// <param name="Vms">Names of VMs that may be seen, with <c>*</c> and <c>?</c>; null: all.</param>
/// <param name="Csrf">To be sent as <c>X-Stillpoint-Csrf</c> with everything that changes something. Null: not a session.</param>
public sealed record SessionView(string Name, string Via, string Role, IReadOnlyList<string>? Vms, bool SecondFactor, DateTimeOffset? Expires, string? Csrf);

public sealed record PasswordChange(string Current, string New);

/// <param name="Secret">Base 32, to be typed into an authenticator; <paramref name="Uri"/> is the same as a link.</param>
public sealed record SecondFactorOffer(string Secret, string Uri);

/// <param name="Secret">The one offered.</param>
public sealed record SecondFactorChoice(string Secret, string Code);

public sealed record UserView(string Name, string Role, IReadOnlyList<string>? Vms, bool SecondFactor, DateTimeOffset Created);

public sealed record NewUser(string Name, string Password, string Role, IReadOnlyList<string>? Vms = null);

/// <param name="Password">Null: as it is. A new one ends the user's sessions.</param>
/// <param name="RemoveSecondFactor">For a user who lost the authenticator.</param>
public sealed record UserChange(string Role, IReadOnlyList<string>? Vms = null, string? Password = null, bool RemoveSecondFactor = false);

public sealed record TokenView(
    string Id, string Owner, string Label, string Role, IReadOnlyList<string>? Vms, DateTimeOffset Created, DateTimeOffset Expires, DateTimeOffset? LastUsed);

/// <param name="Role">At most the maker's own.</param>
/// <param name="Days">1 to 730.</param>
public sealed record NewToken(string Label, string Role, int Days, IReadOnlyList<string>? Vms = null);

/// <param name="Token">Shown once: only its hash is kept.</param>
public sealed record TokenMade(string Token, TokenView View);

/// <param name="Outcome">HTTP's status.</param>
public sealed record AuditView(
    string Id, DateTimeOffset At, string Who, string Via, string Address, string Action, string Target, int Outcome, string? Job);
