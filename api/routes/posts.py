"""URLs of posts: who holds which, and for which days somebody acts in place of another."""

from uuid import UUID

from fastapi import APIRouter, Response

from api.dependencies import ActingDesk, ReadingDesk
from api.schemas.posts import PeriodOut, PostHolderOut, PostIn, PostPeriodOut, PostsOut
from domain.buddhist_era import bangkok_date
from services.fill_post import fill_post
from services.list_posts import list_posts
from services.withdraw_post import withdraw_post

router = APIRouter(tags=["posts"])


@router.get(
    "/registries/{registry_id}/posts",
    summary="Who holds which post of a registry today, and who is named for the days to come",
)
async def get_posts(registry_id: UUID, desk: ReadingDesk) -> PostsOut:
    today = bangkok_date(desk.at)
    posts = await list_posts(desk.session, by=desk.by, registry_id=registry_id, today=today)
    return PostsOut(
        registry_id=registry_id,
        today=today,
        holders=[PostHolderOut.model_validate(one) for one in posts.holders],
        periods=[PeriodOut.model_validate(one) for one in posts.periods],
    )


@router.post(
    "/registries/{registry_id}/posts",
    status_code=201,
    response_model=PostPeriodOut,
    summary="Name who holds a post for a time, or declare it empty (รักษาราชการแทน)",
)
async def post_post(registry_id: UUID, desk: ActingDesk, body: PostIn) -> Response:
    async with desk.begin() as act:
        if not act.is_repeat:
            period = await fill_post(
                act.session, by=act.by, registry_id=registry_id, term=body.term(), at=act.at
            )
            await act.answer(PostPeriodOut.model_validate(period), status=201)
    return act.response()


@router.post(
    "/posts/{post_period_id}/withdrawal",
    status_code=201,
    response_model=PostPeriodOut,
    summary="Withdraw a period: the usual holders hold the post again",
)
async def post_withdrawal(post_period_id: UUID, desk: ActingDesk) -> Response:
    async with desk.begin() as act:
        if not act.is_repeat:
            period = await withdraw_post(
                act.session, by=act.by, post_period_id=post_period_id, at=act.at
            )
            await act.answer(PostPeriodOut.model_validate(period), status=201)
    return act.response()
