using System.Text.RegularExpressions;
using Stillpoint.Cli.Output;
using Stillpoint.Model;
using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.Cli.Tests.Output;

public sealed class ExitCodeTests
{
    /// <summary>The documented numbers, by hand. Every code that is not here is 1.</summary>
    private static readonly Dictionary<int, string> Table = new()
    {
        [2] = "usage-invalid usage-unknown-command usage-unknown-option usage-value-missing usage-value-unwanted usage-given-twice usage-argument-missing " +
              "usage-argument-unwanted usage-conflict usage-choose-one passphrase-missing passphrase-unusable passphrases-differ secret-file-open-to-others vault-key-ambiguous vault-not-chosen vault-configured " +
              "point-ambiguous job-ambiguous vm-name-ambiguous policy-unreadable saved-catalog-ambiguous service-elsewhere request-invalid guest-address-ambiguous",
        [3] = "vm-not-found vault-not-found vault-key-not-found point-not-found point-forgotten disk-not-in-point pool-not-found job-not-found cause-unknown policy-not-found rule-not-found vm-not-protected host-not-known alert-not-found saved-catalog-not-found not-onboarded",
        [5] = "vault-wrong-passphrase",
        [6] = "vault-damaged",
        [7] = "vm-backup-running vm-busy-with-other-job vault-busy data-folder-held data-folder-in-use too-many-jobs service-stopping",
        [8] = "host-permission-denied vault-read-only vault-forbidden data-folder-unusable",
        [9] = "host-unreachable host-remote-needs-worker host-connection-lost service-out-of-reach",
        [10] = "vault-full target-full scratch-space-low",
        [70] = "internal-error",
        [130] = "cancelled job-goes-on",
    };

    [Fact]
    public void Of_EveryFailureCode_IsTheDocumentedNumber()
    {
        foreach (var code in Enum.GetValues<FailureCode>())
        {
            var expected = Table.FirstOrDefault(t => t.Value.Split(' ').Contains(code.ToText()), new(1, "")).Key;
            Assert.Equal((code, expected), (code, ExitCode.Of(code)));
        }
    }

    [Fact]
    public void Page_OfTheExitCodes_ListsThemAll()
    {
        var page = File.ReadAllText(Repository.PathOf("docs", "operations", "cli.md"));
        Assert.All(Table.Keys.Concat([0, 1]), code => Assert.Matches(new Regex($@"^\| {code} \|", RegexOptions.Multiline), page));
    }
}
