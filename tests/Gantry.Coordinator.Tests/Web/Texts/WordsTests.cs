using System.Reflection;
using Gantry.Coordinator.Web.Texts;

namespace Gantry.Coordinator.Tests.Web.Texts;

public sealed class WordsTests
{
    [Theory]
    [InlineData(null, null, "en")]
    [InlineData(null, "zh-CN,zh;q=0.9,en;q=0.8", "zh-CN")]
    [InlineData(null, "en;q=0.5,zh;q=0.9", "zh-CN")]
    [InlineData(null, "de,fr;q=0.5", "en")]
    [InlineData("en", "zh-CN", "en")]
    [InlineData("zh-CN", "en", "zh-CN")]
    [InlineData("<script>", "zh", "zh-CN")]
    public void The_language_is_the_chosen_one_or_the_first_accepted(string? chosen, string? accepted, string language) =>
        Assert.Equal(language, Words.Of(chosen, accepted).Language);

    [Fact]
    public void Both_languages_say_something_everywhere()
    {
        foreach (var text in typeof(Words).GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.PropertyType == typeof(string)))
        {
            Assert.False(string.IsNullOrWhiteSpace((string?)text.GetValue(Words.English)), text.Name);
            Assert.False(string.IsNullOrWhiteSpace((string?)text.GetValue(Words.Chinese)), text.Name);
        }
    }

    [Fact]
    public void Every_text_is_translated()
    {
        // Names that Chinese users of GitLab know in English.
        string[] names = [nameof(Words.Runners), nameof(Words.Runner), nameof(Words.RunnerSettings), nameof(Words.Language)];
        foreach (var text in typeof(Words).GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.PropertyType == typeof(string) && !names.Contains(p.Name)))
            Assert.True(((string)text.GetValue(Words.Chinese)!).Any(c => c >= 0x2e80), $"{text.Name} has no Chinese");
        foreach (var text in typeof(Words).GetMethods(BindingFlags.Public | BindingFlags.Instance).Where(m => !m.IsSpecialName && m.ReturnType == typeof(string) && m.DeclaringType == typeof(Words) && m.GetParameters().All(p => p.ParameterType == typeof(int) || p.ParameterType == typeof(long))))
        {
            object?[] arguments = [.. text.GetParameters().Select(p => p.ParameterType == typeof(int) ? 3 : (object)3L)];
            Assert.True(((string)text.Invoke(Words.Chinese, arguments)!).Any(c => c >= 0x2e80), $"{text.Name} has no Chinese");
        }
    }

    [Theory]
    [InlineData(0, "0 seconds ago", "0秒钟前")]
    [InlineData(61, "1 minute ago", "1分钟前")]
    [InlineData(7_300, "2 hours ago", "2小时前")]
    [InlineData(200_000, "2 days ago", "2天前")]
    [InlineData(40_000_000, "1 year ago", "1年前")]
    public void Ages_are_told_in_the_largest_unit(int seconds, string english, string chinese)
    {
        Assert.Equal(english, Words.English.Ago(TimeSpan.FromSeconds(seconds)));
        Assert.Equal(chinese, Words.Chinese.Ago(TimeSpan.FromSeconds(seconds)));
    }
}
