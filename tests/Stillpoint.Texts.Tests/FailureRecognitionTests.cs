using Stillpoint.Model;
using Xunit;

namespace Stillpoint.Texts.Tests;

public sealed class FailureRecognitionTests
{
    [Fact]
    public void Find_EveryFailureInEveryLanguage_WithAndWithoutItsValues()
    {
        foreach (var language in Language.All)
        {
            var texts = LocalTexts.For(language);
            foreach (var code in Enum.GetValues<FailureCode>())
            {
                var bare = Failure.Of(code, Stage.Store);
                var template = texts.Templates["failure." + code.ToText()];
                var full = bare with { Arguments = System.Text.RegularExpressions.Regex.Matches(template, @"\{(\w+)").Select(m => m.Groups[1].Value).Distinct().ToDictionary(n => n, n => $"/a/{n} 12") };
                foreach (var failure in new[] { bare, full })
                {
                    var message = texts.Failure(failure);
                    var found = FailureRecognition.Find($"stillpoint: {message.Replace(" ", "\n ", StringComparison.Ordinal)}  (x)");
                    Assert.True(found?.Code == code, $"{language} {code}: {message} -> {found}");
                }
            }
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("Segmentation fault")]
    [InlineData("The vault is on a hill.")]
    public void Find_OtherText_IsNothing(string text) => Assert.Null(FailureRecognition.Find(text));
}
