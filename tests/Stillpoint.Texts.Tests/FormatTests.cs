using Stillpoint.Model;
using Xunit;

namespace Stillpoint.Texts.Tests;

public sealed class FormatTests
{
    [Theory]
    [InlineData("en", 0, "0 B")]
    [InlineData("en", 1023, "1023 B")]
    [InlineData("en", 1024, "1.00 KiB")]
    [InlineData("en", 10_485_760, "10.0 MiB")]
    [InlineData("en", 1_072_693_248, "1.00 GiB")]
    [InlineData("nl", 1_610_612_736, "1,50 GiB")]
    [InlineData("fr", 1_610_612_736, "1,50 Gio")]
    [InlineData("fr", 12, "12 o")]
    [InlineData("zh-Hans", 8_589_934_592, "8.00 GiB")]
    [InlineData("pt-BR", 137_438_953_472, "128 GiB")]
    public void Size_InALanguage_IsWrittenItsWay(string tag, long bytes, string expected) =>
        Assert.Equal(expected, In(tag).Size(bytes));

    [Theory]
    [InlineData("en", 0.0004, "0 ms")]
    [InlineData("en", 0.312, "312 ms")]
    [InlineData("nl", 4.2, "4,2 s")]
    [InlineData("en", 59.6, "1 min 00 s")]
    [InlineData("nl", 7620, "2 u 07 min")]
    [InlineData("zh-Hans", 185, "3 分 05 秒")]
    public void Duration_InALanguage_IsWrittenItsWay(string tag, double seconds, string expected) =>
        Assert.Equal(expected, In(tag).Duration(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData("en", "2026-11-21 07:05:09")]
    [InlineData("nl", "21-11-2026 07:05:09")]
    [InlineData("zh-Hans", "2026/11/21 07:05:09")]
    [InlineData("pt-BR", "21/11/2026 07:05:09")]
    [InlineData("fr", "21/11/2026 07:05:09")]
    public void Time_InALanguage_IsWrittenItsWayInTheZone(string tag, string expected)
    {
        var zone = TimeZoneInfo.CreateCustomTimeZone("one", TimeSpan.FromHours(1), "one", "one");
        Assert.Equal(expected, In(tag).Time(new DateTimeOffset(2026, 11, 21, 6, 5, 9, TimeSpan.Zero), zone));
    }

    [Theory]
    [InlineData("nl_NL.UTF-8", "nl")]
    [InlineData("pt_PT", "pt-BR")]
    [InlineData("zh_CN.UTF-8", "zh-Hans")]
    [InlineData("zh_TW.UTF-8", "en")]
    [InlineData("C.UTF-8", "en")]
    [InlineData("de_DE@euro", "en")]
    public void OfEnvironment_Locale_GivesItsLanguageOrEnglish(string locale, string expected) =>
        Assert.Equal(expected, Language.OfEnvironment(v => v == "LANG" ? locale : null).Tag);

    [Fact]
    public void OfEnvironment_SeveralVariables_TakesTheFirstOfPosix() =>
        Assert.Equal("fr", Language.OfEnvironment(v => v == "LC_ALL" ? "fr_FR" : "nl_NL").Tag);

    [Theory]
    [InlineData("a[ b {x}] c", "a c")]
    [InlineData("a[ b {n}] c", "a b 1 c")]
    [InlineData("[[{n}]] {missing}", "[1] ?")]
    [InlineData("{n} {n|disk|disks}", "1 disk")]
    [InlineData("{n:size} {word:size}", "1 B plenty")]
    public void Render_Template_FollowsItsGrammar(string template, string expected) =>
        Assert.Equal(expected, Template.Render(template, Language.English, [("n", "1"), ("word", "plenty")]));

    [Theory]
    [InlineData("en", "0", "many")]
    [InlineData("fr", "0", "one")]
    [InlineData("pt-BR", "1", "one")]
    [InlineData("nl", "2", "many")]
    [InlineData("zh-Hans", "1", "many")]
    public void Render_Count_FollowsTheLanguagesPlural(string tag, string count, string expected) =>
        Assert.Equal(expected, Template.Render("{n|one|many}", Language.Find(tag)!, [("n", count)]));

    [Fact]
    public void Failure_WithSomeOfItsArguments_ReadsAsOneText() => Assert.Equal(
        "Het bestandssysteem van de kluis is vol: `/v`, nog 1,00 KiB vrij. Maak daar ruimte vrij en voer de taak opnieuw uit; bestaande herstelpunten zijn onaangetast.",
        In("nl").Failure(Failure.Of(FailureCode.VaultFull, Stage.Store, ("path", "/v"), ("free", "1024"))));

    [Theory]
    [InlineData("cdrom", "Disk sda cannot be in a recovery point: a CD-ROM drive. Everything else is; protect what it holds from inside the VM.")]
    [InlineData("odd", "Disk sda cannot be in a recovery point: odd. Everything else is; protect what it holds from inside the VM.")]
    public void Failure_WithAReason_TellsItInWords(string reason, string expected) => Assert.Equal(
        expected, In("en").Failure(Failure.Of(FailureCode.DiskUnsupported, Stage.Preflight, ("disk", "sda"), ("reason", reason))));

    /// <summary>Any freeze failure may be the reason of a strict policy's failure, and only its code travels then.</summary>
    [Theory]
    [InlineData(FailureCode.AgentNotConfigured)]
    [InlineData(FailureCode.AgentNotConnected)]
    [InlineData(FailureCode.AgentNotResponding)]
    [InlineData(FailureCode.AgentCommandBlocked)]
    [InlineData(FailureCode.FsFreezeLockHeld)]
    [InlineData(FailureCode.FreezeFailed)]
    [InlineData(FailureCode.FreezeTimedOut)]
    [InlineData(FailureCode.ThawCountMismatch)]
    [InlineData(FailureCode.GuardNotPossible)]
    [InlineData(FailureCode.GuardFired)]
    [InlineData(FailureCode.BeginOutlivedFreeze)]
    public void Failure_OfAStrictPolicy_TellsItsReasonWithoutGaps(FailureCode reason)
    {
        foreach (var language in Language.All)
        {
            var text = LocalTexts.For(language).Failure(Failure.Of(FailureCode.ConsistencyNotReached, Stage.Freeze, ("reason", reason.ToText())));
            Assert.Contains(LocalTexts.For(language).Failure(Failure.Of(reason, Stage.Freeze)), text, StringComparison.Ordinal);
            Assert.DoesNotContain('?', text);
        }
    }

    private static LocalTexts In(string tag) => LocalTexts.For(Language.Find(tag)!);
}
