using CsCheck;
using Gantry.Coordinator.Web.Views;

namespace Gantry.Coordinator.Tests.Web.Views;

public sealed class NaturalOrderTests
{
    [Fact]
    public void Numbers_inside_names_count_as_numbers()
    {
        string[] names = ["test 10/12", "Test 2/12", "build", "test 9/12", "test", "deploy 007", "deploy 8"];

        Assert.Equal(
            ["build", "deploy 007", "deploy 8", "test", "Test 2/12", "test 9/12", "test 10/12"],
            names.OrderBy(name => name, NaturalOrder.Instance));
    }

    [Fact]
    public void The_order_does_not_contradict_itself()
    {
        var name = Gen.Char["ab10 /"].Array[0, 6].Select(characters => new string(characters));
        Gen.Select(name, name, name).Sample((a, b, c) =>
        {
            var order = NaturalOrder.Instance;
            Assert.Equal(Math.Sign(order.Compare(a, b)), -Math.Sign(order.Compare(b, a)));
            if (order.Compare(a, b) <= 0 && order.Compare(b, c) <= 0)
                Assert.True(order.Compare(a, c) <= 0, $"{a} | {b} | {c}");
        }, iter: 5_000);
    }

    [Theory]
    [InlineData("unit 1/3", "unit")]
    [InlineData("unit 1 3", "unit")]
    [InlineData("build: [linux, amd64]", "build")]
    [InlineData("build [linux]", "build")]
    [InlineData("python 3", "python 3")]
    [InlineData("deploy", "deploy")]
    public void Jobs_of_one_parallel_share_a_name(string job, string group) => Assert.Equal(group, JobGroup.NameOf(job));
}
